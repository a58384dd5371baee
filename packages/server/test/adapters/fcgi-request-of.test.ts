import {
  type AdaptedMessage,
  fcgiRequest,
  fromFetchHandler,
  fromNodeListener,
  requestParams,
} from '@fcgi-js/server';
import { expect, test, vi } from 'vitest';
import { start } from '../support/harness.ts';
import { abort, begin, GET, params, request } from '../support/wire.ts';

const adapters = [
  [
    'a listener',
    (see: (message: AdaptedMessage) => void) =>
      fromNodeListener((req, res) => {
        see(req);
        res.end('seen');
      }),
  ],
  [
    'a fetch handler',
    (see: (message: AdaptedMessage) => void) =>
      fromFetchHandler((message) => {
        see(message);
        return new Response('seen');
      }),
  ],
  [
    'a fetch handler that reads the header fields',
    (see: (message: AdaptedMessage) => void) =>
      fromFetchHandler((message) => {
        message.headers.get('host');
        see(message);
        return new Response('seen');
      }),
  ],
] as const;

/** The package as a second copy of it on the same machine would be. */
async function secondCopy(): Promise<typeof import('@fcgi-js/server')> {
  vi.resetModules();
  return await import('@fcgi-js/server');
}

test.each(adapters)(
  '%s gets the FastCGI request, and what it writes to stderr reaches the web server',
  async (_, adapt) => {
    const { connect } = await start({
      responder: adapt((message) => {
        const { keepConn, requestId, role, signal, stderr } = fcgiRequest(message);
        stderr.write(`${requestId} ${role} ${keepConn} ${signal.aborted}\n`);
        expect(fcgiRequest(message).params).toBe(requestParams(message));
      }),
    });
    const peer = await connect();
    peer.send(request(7, { keepConn: true, params: { ...GET, REMOTE_USER: 'alice' } }));
    const answer = await peer.answer(7);
    expect(answer.stderr).toBe('7 1 true false\n');
    expect(answer.stdout).toContain('seen');
  },
);

test.each(adapters)('%s is served by one copy of the package and asks another one', async (_, adapt) => {
  const other = await secondCopy();
  expect(other.requestParams).not.toBe(requestParams);
  const seen: unknown[] = [];
  const { connect, codes } = await start({
    responder: adapt((message) => {
      seen.push(other.requestParams(message).get('REMOTE_USER'), other.fcgiRequest(message).requestId);
    }),
  });
  const peer = await connect();
  peer.send(request(1, { params: { ...GET, REMOTE_USER: 'alice' } }));
  await peer.answer(1);
  expect(codes()).toEqual([]);
  expect(seen).toEqual(['alice', 1]);
});

test('handlers that another copy has made are served', async () => {
  const other = await secondCopy();
  const listener = other.fromNodeListener((req, res) => res.end(requestParams(req).get('REMOTE_USER')));
  const authorizer = other.fromAuthorizer(() => other.allow({ USER_ID: '7' }));
  const { connect, codes } = await start({ responder: listener, authorizer });
  const peer = await connect();
  peer.send(request(1, { params: { ...GET, REMOTE_USER: 'alice' } }));
  expect((await peer.answer(1)).stdout).toMatch(/alice$/);
  expect(codes()).toEqual([]);
});

function abortion(): { aborted: Promise<void>; heard: (signal: AbortSignal) => void } {
  let heard: (signal: AbortSignal) => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    heard = (signal) => signal.addEventListener('abort', () => resolve());
  });
  return { aborted, heard };
}

test('the signal of the request is aborted when the web server aborts it', async () => {
  const { aborted, heard } = abortion();
  const { connect } = await start({ responder: fromNodeListener((req) => heard(fcgiRequest(req).signal)) });
  const peer = await connect();
  peer.send(begin(1), params(1), abort(1));
  await aborted;
});

test('requests that came otherwise have none', () => {
  for (const message of [
    new Request('http://localhost/'),
    Object.create(null, { socket: { value: null } }),
  ]) {
    expect(() => fcgiRequest(message)).toThrow('fcgiRequest(): this request did not come over FastCGI.');
    expect(() => requestParams(message)).toThrow(expect.objectContaining({ code: 'FCGI_OPTION_INVALID' }));
  }
});
