import { once } from 'node:events';
import { type FcgiRequestHandler, fromFetchHandler, fromNodeListener } from '@fcgi-js/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Harness, start } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { pass, stopTime } from '../support/time.ts';
import { begin, params, post, request, stdin } from '../support/wire.ts';

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
});

const piping = fromNodeListener((req, res) => void req.pipe(res));

/** Answers at once, and reads the body nonetheless. */
const early = (failures: unknown[]) =>
  fromNodeListener((req, res) => {
    req.on('data', () => {});
    req.on('error', ({ code }: NodeJS.ErrnoException) => failures.push(code));
    res.end('answered');
  });

/** Sends a request with the first bytes of a body, as a web server that then passes on no more of it. */
async function half(responder: FcgiRequestHandler, software: string): Promise<Harness & { peer: Peer }> {
  const harness = await start({ responder });
  const peer = await harness.connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(1_000, { SERVER_SOFTWARE: software })));
  peer.send(stdin(1, 'some'));
  return { ...harness, peer };
}

test.each([
  ['req.pipe(res)', piping],
  ['a fetch handler that answers with the body', fromFetchHandler(({ body }) => new Response(body))],
])(
  'of %s, nginx holds the rest back: an error says what to do, once, and the request goes on',
  async (_name, handler) => {
    const { codes, connect, errors, peer } = await half(handler, 'nginx/1.28.0');
    await pass(800);
    expect(codes()).toEqual([]);
    await pass(400);
    expect(codes()).toEqual(['FCGI_BODY_HELD_BACK']);
    expect(String(errors[0]?.error)).toMatch(
      /of which 4 bytes have come.*before the first byte of the answer/,
    );
    const other = await connect();
    other.send(begin(1), params(1, post(1_000, { SERVER_SOFTWARE: 'nginx/1.28.0' })), stdin(1, 'some'));
    await pass(5_000);
    expect(codes()).toEqual(['FCGI_BODY_HELD_BACK']);
    peer.send(stdin(1, '.'.repeat(996)), stdin(1));
    expect((await peer.answer(1)).body).toBe(`some${'.'.repeat(996)}`);
  },
);

test('an answer that is complete is not held back with the body: the request ends, and its body fails', async () => {
  const failures: unknown[] = [];
  const { codes, peer } = await half(early(failures), 'nginx/1.28.0');
  await pass(800);
  expect(peer.ends(1)).toBe(0);
  await pass(400);
  expect((await peer.answer(1)).body).toBe('answered');
  expect(failures).toEqual(['ECONNRESET']);
  expect(codes()).toEqual(['FCGI_BODY_HELD_BACK']);
  peer.send(request(2, { keepConn: true }));
  expect((await peer.answer(2)).body).toBe('answered');
});

test('Caddy, which reads no answer before it has sent the body, is told of with what to do, once', async () => {
  const { codes, connect, errors } = await start({
    responder: fromNodeListener((req, res) => {
      req.pause();
      res.write('.'.repeat(1_000_000));
    }),
  });
  for (const software of ['Apache/2.4.62', 'Caddy/v2.9.1', 'Caddy/v2.9.1']) {
    const peer = await connect();
    peer.stream.pause();
    peer.send(begin(1), params(1, post(1_000, { SERVER_SOFTWARE: software })), stdin(1, 'some'));
    await pass(200);
    expect(codes()).toEqual(software.startsWith('Caddy') ? ['FCGI_BODY_HELD_BACK'] : []);
  }
  expect(String(errors[0]?.error)).toMatch(/Caddy reads nothing of the answer before.*Read the whole body/);
});

test('a web server that passes the body on during the answer is waited for', async () => {
  const { codes, peer } = await half(early([]), 'Apache/2.4.62');
  await pass(30_000);
  expect(peer.ends(1)).toBe(0);
  expect(codes()).toEqual([]);
});

test('a body that comes slowly before the answer begins is waited for', async () => {
  const { codes } = await half(
    fromNodeListener(async (req, res) => {
      req.resume();
      await once(req, 'end');
      res.end();
    }),
    'nginx/1.28.0',
  );
  await pass(30_000);
  expect(codes()).toEqual([]);
});
