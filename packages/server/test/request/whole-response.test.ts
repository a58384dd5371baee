import type { FcgiRequest, WholeResponse } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import { GET, request } from '../support/wire.ts';

/** What a handler answers to one request. */
async function answerTo(responder: (request: FcgiRequest) => unknown, method = 'GET') {
  const { codes, connect } = await start({
    responder: (given) => {
      responder(given);
    },
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: { ...GET, REQUEST_METHOD: method } }));
  const { body, head, status } = await peer.answer(1);
  return { answer: { body, head, status }, chunks: peer.recordsByChunk(), codes: codes() };
}

const responding = (response: WholeResponse, method?: string) =>
  answerTo((given) => given.respond(response), method);

describe('respond()', () => {
  test('sends head, body and the end of the request in one write', async () => {
    const { answer, chunks, codes } = await responding({
      status: 201,
      headers: { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'], 'X-Number': 3 },
      body: 'caf\xe9',
    });
    expect(answer.status).toBe('201 Created');
    expect(answer.head).toEqual([
      'Content-Type: text/plain',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'X-Number: 3',
      'Content-Length: 5',
      'Status: 201 Created',
    ]);
    expect(answer.body).toBe('caf\xc3\xa9');
    expect(chunks).toHaveLength(1);
    expect(codes).toEqual([]);
  });

  test('takes bytes, and needs neither status nor fields nor a body', async () => {
    expect((await responding({ body: new Uint8Array([1, 255]) })).answer).toMatchObject({
      body: '\x01\xff',
      status: '200 OK',
    });
    expect((await responding({})).answer.head).toEqual(['Content-Length: 0', 'Status: 200 OK']);
  });

  test.each([
    ['HEAD', 200, ['Content-Length: 4', 'Status: 200 OK']],
    ['GET', 304, ['Content-Length: 4', 'Status: 304 Not Modified']],
  ])('sends no body to %s with status %i, but its length', async (method, status, head) => {
    const { answer } = await responding({ status, body: 'body' }, method);
    expect(answer).toMatchObject({ body: '', head });
  });

  test.each<[string, WholeResponse]>([
    ['a status that is none', { status: 99 }],
    ['an interim status', { status: 103 }],
    ['a name that is none', { headers: { 'a b': 'c' } }],
    ['a value with a line end', { headers: { a: 'b\r\nc: d' } }],
    ['a value that is no byte', { headers: { a: '\u20ac' } }],
    ['a length that is none', { headers: { 'content-length': 'x' } }],
    ['a body that is none', { body: 7 as never }],
  ])('refuses %s', async (_, response) => {
    const { answer, codes } = await responding(response);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });

  test('cuts a body that is longer than its Content-Length, and refuses one that is shorter', async () => {
    const long = await responding({ headers: { 'Content-Length': '2' }, body: 'abc' });
    expect([long.answer.body, long.codes]).toEqual(['ab', ['FCGI_RESPONSE_TOO_LONG']]);
    const short = await responding({ headers: { 'Content-Length': '4' }, body: 'abc' });
    expect([short.answer.status, short.codes]).toEqual([
      '500 Internal Server Error',
      ['FCGI_RESPONSE_TOO_SHORT'],
    ]);
  });

  test.each<[string, (given: FcgiRequest) => unknown]>([
    ['twice', (given) => [given.respond({}), given.respond({})]],
    ['after stdout', (given) => [given.stdout.write('Status: 200\r\n\r\n'), given.respond({})]],
    ['before stdout', (given) => [given.respond({}), given.stdout.end('Status: 200\r\n\r\n')]],
  ])('called %s fails', async (_, responder) => {
    const { answer, codes } = await answerTo(responder);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(new Set(codes)).toEqual(new Set(['FCGI_HANDLER_FAILED']));
  });
});
