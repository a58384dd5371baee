import { type AuthorizerDecision, allow, deny, type FcgiRequest, fromAuthorizer } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import type { Answer } from '../support/received.ts';
import { begin, GET, params } from '../support/wire.ts';

const AUTHORIZER = 2;

type Decide = (request: FcgiRequest) => AuthorizerDecision | Promise<AuthorizerDecision>;

/** What a web server gets that asks as Apache does, without a record of STDIN. */
async function ask(decide: Decide, method = 'GET'): Promise<{ answer: Answer; codes: string[] }> {
  const { codes, connect } = await start({ authorizer: fromAuthorizer(decide) });
  const peer = await connect();
  peer.send(begin(1, { role: AUTHORIZER }), params(1, { ...GET, REQUEST_METHOD: method }));
  return { answer: await peer.answer(1), codes: codes() };
}

describe('allow()', () => {
  test('grants access with status 200 and no body', async () => {
    const { answer } = await ask(() => allow());
    expect(answer).toMatchObject({ stdout: 'Status: 200 OK\r\n\r\n', appStatus: 0, protocolStatus: 0 });
  });

  test('gives the web server variables for the request, byte for byte', async () => {
    const { answer } = await ask(async () => allow({ REMOTE_USER: 'alice', TEXT: 'caf\xe9, \t"x"' }));
    expect(answer.stdout).toBe(
      'Status: 200 OK\r\nVariable-REMOTE_USER: alice\r\nVariable-TEXT: caf\xe9, \t"x"\r\n\r\n',
    );
  });

  test.each([
    { 'USER ID': '7' },
    { '': '7' },
    { USER: 'a\r\nVariable-ADMIN: 1' },
    { USER: 'a\0' },
    { USER: '\u4f60' },
  ])('refuses a variable that cannot be sent: %j', (variables) => {
    expect(() => allow(variables)).toThrow(TypeError);
  });
});

describe('deny()', () => {
  test('refuses access with 403 unless told otherwise', async () => {
    const { answer } = await ask(() => deny());
    expect(answer.stdout).toBe(
      'Status: 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nForbidden\n',
    );
    expect(answer.appStatus).toBe(0);
  });

  test('puts Status before the other fields, which lighttpd would drop otherwise', async () => {
    const { answer } = await ask(() =>
      deny(302, { headers: { Location: '/login', 'Content-Type': 'a/b' }, body: 'x' }),
    );
    expect(answer.stdout).toBe('Status: 302 Found\r\nLocation: /login\r\nContent-Type: a/b\r\n\r\nx');
  });

  test('sends bytes as they are', async () => {
    const { answer } = await ask(() => deny(401, { body: Uint8Array.of(0, 255) }));
    expect(answer.body).toBe('\0\xff');
  });

  test('sends no body in answer to HEAD', async () => {
    const { answer } = await ask(() => deny(401, { body: 'please log in' }), 'HEAD');
    expect(answer).toMatchObject({ status: '401 Unauthorized', body: '' });
  });

  test('says no Status but its own, and nothing about the connection', async () => {
    const { answer } = await ask(() =>
      deny(403, { headers: { Status: '200', Connection: 'close' }, body: '' }),
    );
    expect(answer.stdout).toBe('Status: 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n');
  });

  test.each([200, 204, 100, 299, 600, 0, 401.5, Number.NaN])(
    'takes no status that may grant access: %j',
    (status) => {
      expect(() => deny(status)).toThrow(TypeError);
    },
  );

  test.each([{ 'X A': 'b' }, { 'X-A': 'b\nStatus: 200' }])(
    'refuses a field that cannot be sent: %j',
    (headers) => {
      expect(() => deny(403, { headers })).toThrow(TypeError);
    },
  );
});

describe('a function that does not decide refuses access with 500:', () => {
  const failing: ReadonlyArray<readonly [string, Decide]> = [
    [
      'it throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['it rejects', () => Promise.reject(new Error('secret'))],
    // As JavaScript may.
    ['it returns nothing', () => JSON.parse('null')],
    ['it returns true', () => JSON.parse('true')],
    ['it returns something else', () => JSON.parse('{"allowed":"yes"}')],
    ['it refuses with a status that grants', () => JSON.parse('{"allowed":false,"status":200,"headers":[]}')],
    ['its variables cannot be sent', () => allow({ USER: 'a\nb' })],
  ];

  test.each(failing)('%s', async (_title, decide) => {
    const { answer, codes } = await ask(decide);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.stdout).not.toContain('secret');
    expect(codes).toHaveLength(1);
  });
});

test('fromAuthorizer() takes nothing but a function', () => {
  expect(() => fromAuthorizer(JSON.parse('null'))).toThrow(TypeError);
});
