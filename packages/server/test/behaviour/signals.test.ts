import { createServer, type FcgiRequest } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { dialAddress, scratchFolder, start } from '../support/harness.ts';
import { request } from '../support/wire.ts';

const FOREVER = Number.POSITIVE_INFINITY;

/** A server with a request that never ends. */
async function stuck() {
  const requests: FcgiRequest[] = [];
  const harness = await start({
    responder: (each) => {
      requests.push(each);
      return new Promise(() => {});
    },
  });
  const peer = await harness.connect();
  peer.send(request(1));
  await expect.poll(() => requests.length).toBe(1);
  return { request: requests[0]!, server: harness.server };
}

test.each(['before', 'while'])(
  'close() ends requests when its signal is aborted %s it waits',
  async (when) => {
    const { request: running, server } = await stuck();
    const hurry = new AbortController();
    if (when === 'before') hurry.abort();
    const closed = server.close({ signal: hurry.signal, timeout: FOREVER });
    hurry.abort();
    await closed;
    expect(running.aborted).toBe(true);
    expect(server.stats()).toMatchObject({ connections: 0 });
  },
);

test('the signal of a second close() hurries the first one', async () => {
  const { server } = await stuck();
  const closed = server.close({ timeout: FOREVER });
  await Promise.all([closed, server.close({ signal: AbortSignal.abort() })]);
});

test('an aborted signal of listen() closes the server, on all its addresses', async () => {
  const server = createServer({ responder: () => {} });
  const stop = new AbortController();
  const path = `${scratchFolder()}/app.sock`;
  const addresses = [
    await server.listen(path, { mode: 0o600, signal: stop.signal }),
    await server.listen('127.0.0.1:0'),
  ];
  stop.abort();
  await server.close();
  for (const address of addresses) await expect(dialAddress(address)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  await expect(server.listen(path)).rejects.toMatchObject({ code: 'FCGI_SERVER_CLOSED' });
});

test('a signal that is aborted before the server listens makes listen() fail with its reason', async () => {
  const reason = new Error('not needed any more');
  const early = createServer({ responder: () => {} });
  await expect(early.listen('127.0.0.1:0', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const path = `${scratchFolder()}/app.sock`;
  const stop = new AbortController();
  const server = createServer({ responder: () => {} });
  const listening = server.listen(path, { signal: stop.signal });
  stop.abort(reason);
  await expect(listening).rejects.toBe(reason);
  await expect(dialAddress(`unix:${path}`)).rejects.toThrow('ENOENT');
});

test('a server that is closed while it begins to listen does not listen', async () => {
  const server = createServer({ responder: () => {} });
  const path = `${scratchFolder()}/app.sock`;
  const listening = server.listen(path);
  const closed = server.close();
  await expect(listening).rejects.toMatchObject({ code: 'FCGI_SERVER_CLOSED' });
  await closed;
  await expect(dialAddress(`unix:${path}`)).rejects.toThrow('ENOENT');
});

test('a signal outlives what listened to it', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(signal, args);
  };
  const server = createServer({ responder: () => {} });
  onTestFinished(() => server.close());
  await server.listen('127.0.0.1:0', { signal });
  await expect(server.listen('/nonexistent/app.sock', { signal })).rejects.toThrow();
  expect(listeners).toBe(1);
  await server.close({ signal });
  expect(listeners).toBe(0);
});

test('what is no signal is refused', async () => {
  const server = createServer({ responder: () => {} });
  const signal = {} as AbortSignal;
  await expect(server.listen('127.0.0.1:0', { signal })).rejects.toMatchObject({
    code: 'FCGI_OPTION_INVALID',
  });
  expect(() => server.close({ signal })).toThrow(/"signal" must be an AbortSignal/);
});
