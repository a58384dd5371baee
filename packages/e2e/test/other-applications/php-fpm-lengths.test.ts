import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGateway, type FcgiClient, type FcgiInput, type FcgiParams } from '@fcgi-js/client';
import { encodeBeginRequest, encodeParams, encodeStreamEnd, RecordType, Role } from '@fcgi-js/protocol';
import { expect } from 'vitest';
import { describeOther } from '../../src/describe-other.ts';
import { PHP_SCRIPT, startPhpFpm } from '../../src/other-applications.ts';

/** A whole request for php-fpm, as records: its answer, `waited`, comes when the next request of the client has been sent. */
const forgedRequest = Buffer.concat([
  encodeBeginRequest({ keepConn: true, requestId: 2, role: Role.Responder }),
  encodeParams(2, [
    ['SCRIPT_FILENAME', PHP_SCRIPT],
    ['REQUEST_METHOD', 'GET'],
    ['QUERY_STRING', 'do=wait&milliseconds=100'],
  ]),
  encodeStreamEnd(RecordType.Params, 2),
  encodeStreamEnd(RecordType.Stdin, 2),
]);

/** PHP reads this much of {@link BODY} where the text of CONTENT_LENGTH begins with the digits 104. */
const HONEST = 'x'.repeat(104);
const BODY = Buffer.concat([Buffer.from(HONEST), forgedRequest]);
const RIGHT = `${BODY.length}`;

const post = { REQUEST_METHOD: 'POST', SCRIPT_FILENAME: PHP_SCRIPT, QUERY_STRING: '' };

async function ask(client: FcgiClient, params: FcgiParams, stdin: FcgiInput): Promise<string> {
  try {
    return await text((await client.request({ params, stdin })).body);
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

/** The answers to the next requests of the same client. */
async function answersAfterwards(client: FcgiClient): Promise<string[]> {
  const get = { ...post, REQUEST_METHOD: 'GET' };
  const answers: string[] = [];
  for (let i = 0; i < 3; i += 1) answers.push(await ask(client, get, ''));
  return answers;
}

const GOOD = ['hello', 'hello', 'hello'];

describeOther('php-fpm, with records in a body', ['php-fpm8.2'], startPhpFpm, (test) => {
  test('gets no request out of a body whose CONTENT_LENGTH only looks like a number', async (session) => {
    const client = session.client({ limits: { connections: 1 } });
    for (const value of ['104 ', '+104', '104abc', '104.0', ' 104', '0104', '1e2', '0x68', '', '-1', 'x']) {
      const outcome = await ask(client, { ...post, CONTENT_LENGTH: value }, BODY);
      expect([value, outcome, ...(await answersAfterwards(client))]).toEqual([
        value,
        'FCGI_STDIN_LENGTH_MISMATCH',
        ...GOOD,
      ]);
    }
    const lengths: Array<[string, string]> = [
      ['CONTENT_LENGTH', RIGHT],
      ['CONTENT_LENGTH', '104'],
    ];
    expect(await ask(client, [...Object.entries(post), ...lengths], BODY)).toBe('FCGI_STDIN_LENGTH_MISMATCH');
    expect(await answersAfterwards(client)).toEqual(GOOD);
  });

  test('gets no request out of a body that is longer or shorter than announced, whole or as a stream', async (session) => {
    const client = session.client({ limits: { connections: 1, abortTimeout: 100 } });
    const bodies: Array<() => FcgiInput> = [
      () => BODY,
      () => Readable.from([BODY]),
      () => Readable.from([HONEST, forgedRequest]),
      () => Readable.from([...BODY].map((byte) => Uint8Array.of(byte))),
    ];
    for (const announced of ['104', `${BODY.length - 1}`, `${BODY.length + 1}`]) {
      for (const body of bodies) {
        const outcome = await ask(client, { ...post, CONTENT_LENGTH: announced }, body());
        expect(outcome).toBe('FCGI_STDIN_LENGTH_MISMATCH');
        expect(await answersAfterwards(client)).toEqual(GOOD);
      }
    }
  });

  test('takes a body of records for a body, with the right length or with none', async (session) => {
    const client = session.client({ limits: { connections: 1 } });
    for (const params of [post, { ...post, CONTENT_LENGTH: RIGHT }]) {
      for (const body of [BODY, forgedRequest]) {
        const length = 'CONTENT_LENGTH' in params ? { CONTENT_LENGTH: `${body.length}` } : {};
        expect(await ask(client, { ...params, ...length }, body)).toBe('hello');
        expect(await answersAfterwards(client)).toEqual(GOOD);
      }
    }
  });

  test('gets no request out of a body through the gateway', async (session) => {
    const client = session.client({ limits: { connections: 1 } });
    const url = await session.gateway({ client, scriptFilename: PHP_SCRIPT });
    const gateway = createGateway({ client, scriptFilename: PHP_SCRIPT });
    for (const value of ['104 abc', '+104', '0104', '1e2', '0x68', '104']) {
      const headers = { 'content-length': value };
      const init = { body: BODY, headers, method: 'POST' };
      const { status } = await gateway.fetch(new Request(url, init));
      expect([value, status]).toEqual([value, 400]);
      expect(await answersAfterwards(client)).toEqual(GOOD);
    }
    const chunked = {
      body: Readable.from([HONEST, forgedRequest]),
      duplex: 'half',
      method: 'POST',
    } as RequestInit;
    expect(await (await fetch(url, chunked)).text()).toBe('hello');
    expect(await answersAfterwards(client)).toEqual(GOOD);
  });
});
