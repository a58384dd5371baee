import type { FcgiRequest } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { begin, data, GET, params, request, stdin } from '../support/wire.ts';

const AUTHORIZER = 2;
const FILTER = 3;

/** Answers with what it has read. */
async function tell({ params: received, stdin: body, data: file, stdout, role }: FcgiRequest): Promise<void> {
  const read = Buffer.concat(await body.toArray());
  const filtered = Buffer.concat(await file.toArray());
  const uri = received.get('REQUEST_URI');
  stdout.end(`Status: 200 OK\r\n\r\nrole ${role} ${uri} stdin ${String(read)} data ${String(filtered)}`);
}

describe.each(transports)('over %s', (transport) => {
  test('a responder gets params and body, and answers', async () => {
    const { connect } = await start({ responder: tell }, transport);
    const peer = await connect();
    peer.send(request(1, { body: 'hello' }));
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({
      status: '200 OK',
      body: 'role 1 / stdin hello data ',
      appStatus: 0,
      protocolStatus: 0,
    });
    await peer.ended();
  });

  test('a filter gets params, body and file, and answers', async () => {
    const { connect } = await start({ filter: tell }, transport);
    const peer = await connect();
    const lengths = { ...GET, CONTENT_LENGTH: '4', FCGI_DATA_LENGTH: '8', FCGI_DATA_LAST_MOD: '1700000000' };
    peer.send(begin(1, { role: FILTER }), params(1, lengths), stdin(1, 'form'), stdin(1));
    peer.send(data(1, 'the '), data(1, 'file'), data(1));
    expect((await peer.answer(1)).body).toBe('role 3 / stdin form data the file');
  });

  test('an authorizer gets params, and ends of body and file without any record of them', async () => {
    const { connect } = await start({ authorizer: tell }, transport);
    const peer = await connect();
    peer.send(begin(1, { role: AUTHORIZER }), params(1));
    expect((await peer.answer(1)).body).toBe('role 2 / stdin  data ');
  });
});

test('each role has its own handler', async () => {
  const answer = (text: string) => (to: FcgiRequest) => {
    to.stdout.write(`Status: 200\r\n\r\n${text}`);
  };
  const { connect } = await start({
    responder: answer('responder'),
    authorizer: answer('authorizer'),
    filter: answer('filter'),
  });
  const peer = await connect();
  for (const role of [1, 2, 3]) peer.send(request(role, { role, keepConn: true }));
  const bodies = [await peer.answer(1), await peer.answer(2), await peer.answer(3)].map(({ body }) => body);
  expect(bodies).toEqual(['responder', 'authorizer', 'filter']);
});

test('a filter may answer without having read the file', async () => {
  const { connect } = await start({
    filter: async ({ stdin: body, stdout }) => {
      await body.toArray();
      stdout.write('Status: 304\r\n\r\n');
    },
  });
  const peer = await connect();
  peer.send(begin(1, { role: FILTER, keepConn: true }), params(1), stdin(1), data(1, 'unread'));
  expect(await peer.answer(1)).toMatchObject({ status: '304', protocolStatus: 0 });
  peer.send(data(1), request(1, { role: FILTER, keepConn: true }), data(1));
  expect(await peer.answer(1, 2)).toMatchObject({ status: '304' });
});

test('a filter whose file is shorter than FCGI_DATA_LENGTH is told so', async () => {
  const { connect, codes } = await start({ filter: tell });
  const peer = await connect();
  peer.send(begin(1, { role: FILTER }), params(1, { ...GET, FCGI_DATA_LENGTH: '10' }), stdin(1));
  peer.send(data(1, 'short'), data(1));
  expect(await peer.answer(1)).toMatchObject({ status: '400 Bad Request', appStatus: 1 });
  expect(codes()).toEqual(['FCGI_BODY_TRUNCATED']);
});

describe('a role without a handler', () => {
  test.each([2, 3, 4, 0, 65_535])('%i is answered with 501 in STDOUT and FCGI_UNKNOWN_ROLE', async (role) => {
    const { connect, codes, server } = await start({ responder: tell });
    const peer = await connect();
    peer.send(request(1, { role, keepConn: true }));
    const answer = await peer.answer(1);
    // Never END_REQUEST alone: an empty answer of an authorizer grants access in lighttpd.
    expect(answer).toMatchObject({
      status: '501 Not Implemented',
      body: '',
      protocolStatus: 3,
      appStatus: 0,
    });
    expect(answer.stderr).toContain(`role ${role}`);
    expect(codes()).toEqual(['FCGI_ROLE_UNKNOWN']);
    expect(server.stats().refusedRequests).toBe(1);
    peer.send(request(1, { keepConn: true }));
    expect(await peer.answer(1, 2)).toMatchObject({ status: '200 OK' });
  });

  test('closes the connection if it is not kept', async () => {
    const { connect } = await start({ responder: tell });
    const peer = await connect();
    peer.send(begin(1, { role: 2 }));
    expect(await peer.answer(1)).toMatchObject({ protocolStatus: 3 });
    await peer.ended();
  });
});
