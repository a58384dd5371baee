import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FcgiClient } from '@fcgi-js/client';
import { build } from 'esbuild';
import { record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, type Peer, type PeerConnection, startPeer, startResponder, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };
const POST = { REQUEST_METHOD: 'POST' };

const echo = (): Promise<Peer> =>
  startResponder(({ requestId }) => answer(requestId, document(`${requestId}`)));

async function get(client: FcgiClient): Promise<string> {
  const response = await client.request({ params: GET });
  return await text(response.body);
}

describe('kept connections', () => {
  test('serve one request after the other, with ids that go round', async () => {
    const peer = await echo();
    const client = clientFor(peer);
    const ids: string[] = [];
    for (let i = 0; i < 600; i += 1) {
      ids.push(await get(client));
    }
    expect(ids).toEqual(Array.from({ length: 600 }, (_, index) => `${(index % 255) + 1}`));
    expect(peer.connections).toHaveLength(1);
    expect(client.stats()).toEqual({
      connections: 1,
      idleConnections: 1,
      activeRequests: 0,
      waitingRequests: 0,
    });
  });

  test('are not kept with keepConn off', async () => {
    const peer = await echo();
    const client = clientFor(peer, { keepConn: false });
    for (let i = 0; i < 3; i += 1) expect(await get(client)).toBe('1');
    expect(peer.connections).toHaveLength(3);
    expect(client.stats().connections).toBe(0);
  });

  test('are closed after idleTimeout', async () => {
    const peer = await echo();
    const client = clientFor(peer, { limits: { idleTimeout: 30 } });
    await get(client);
    expect(client.stats().idleConnections).toBe(1);
    await peer.connections[0]!.closed;
    expect(client.stats().connections).toBe(0);
    expect(await get(client)).toBe('1');
  });

  test('are no more than idleConnections', async () => {
    for (const [idleConnections, kept] of [
      [3, 3],
      [2, 2],
    ] as const) {
      const peer = await echo();
      const client = clientFor(peer, { limits: { idleConnections } });
      await Promise.all([get(client), get(client), get(client)]);
      expect(client.stats()).toEqual({
        connections: kept,
        idleConnections: kept,
        activeRequests: 0,
        waitingRequests: 0,
      });
    }
  });

  test('are forgotten when the application closes them', async () => {
    const peer = await echo();
    const client = clientFor(peer);
    await get(client);
    peer.connections[0]!.socket.end();
    await expect.poll(() => client.stats().connections).toBe(0);
    expect(await get(client)).toBe('1');
  });

  test('are closed, and onError told, when something comes that nobody asked for', async () => {
    const errors: Error[] = [];
    const peer = await echo();
    const client = clientFor(peer, { onError: (error) => errors.push(error) });
    await get(client);
    peer.connections[0]!.send(record(Type.stdout, 1, 'late'));
    await expect.poll(() => errors).toMatchObject([{ code: 'FCGI_REQUEST_ID_UNKNOWN' }]);
    expect(client.stats().connections).toBe(0);
  });

  test('are closed when a part of a record comes that nobody asked for, which would spoil the next answer', async () => {
    const errors: Error[] = [];
    const peer = await echo();
    const client = clientFor(peer, { onError: (error) => errors.push(error) });
    await get(client);
    peer.connections[0]!.send([1, 6, 0]);
    await expect.poll(() => errors).toMatchObject([{ code: 'FCGI_RECORD_UNEXPECTED' }]);
    expect(client.stats().connections).toBe(0);
    expect(await get(client)).toBe('1');
  });

  test('are not used again where END_REQUEST came before the whole body was sent', async () => {
    const peer = await startPeer(async (connection) => {
      const [begin] = await connection.recordsTo(Type.params);
      connection.send(answer(begin!.requestId, document('early')));
    });
    const client = clientFor(peer);
    let cancelled = false;
    const stdin = new Readable({
      read() {},
      destroy: (error, callback) => {
        cancelled = true;
        callback(error);
      },
    });
    const response = await client.request({ params: POST, stdin });
    expect(await text(response.body)).toBe('early');
    await response.ended;
    expect(cancelled).toBe(true);
    expect(client.stats().connections).toBe(0);
  });

  test('do not keep the process alive', async () => {
    const peer = await echo();
    const script = `
      import { FcgiClient } from '@fcgi-js/client';
      import { text } from 'node:stream/consumers';
      const client = new FcgiClient({ address: process.argv[2], limits: { idleTimeout: 60_000 } });
      const response = await client.request({ params: {} });
      console.log(await text(response.body), client.stats().idleConnections);`;
    const bundled = await build({
      bundle: true,
      conditions: ['@fcgi-js/source'],
      format: 'esm',
      platform: 'node',
      stdin: { contents: script, resolveDir: import.meta.dirname },
      write: false,
    });
    const child = spawn(process.execPath, ['--input-type=module', '-', peer.address], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(bundled.outputFiles[0]!.text);
    onTestFinished(() => void child.kill('SIGKILL'));
    const printed = await text(child.stdout);
    expect(printed).toBe('1 1\n');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});

describe('a kept connection that turns out to be closed', () => {
  /** Answers the first request of a connection and closes at the second, before or after a byte. */
  function stale(second: (connection: PeerConnection) => void): Promise<Peer> {
    return startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('fresh')));
      await connection.request();
      second(connection);
    });
  }
  const end = (connection: PeerConnection) => void connection.socket.end();

  test('is replaced, and a GET sent again, where no byte of an answer came', async () => {
    const peer = await stale(end);
    const client = clientFor(peer);
    for (let i = 0; i < 4; i += 1) expect(await get(client)).toBe('fresh');
    expect(peer.connections).toHaveLength(4);
  });

  test.each([
    ['HEAD', {}, true],
    ['OPTIONS', {}, true],
    ['TRACE', {}, true],
    ['POST', {}, false],
    ['PUT', {}, false],
    ['get', {}, false],
    ['POST', { idempotent: true }, true],
    ['GET', { idempotent: false }, false],
    ['GET', { stdin: 'bytes' }, true],
    ['GET', { stdin: Readable.from(['a stream']) }, false],
  ])('has %s with %o sent again: %s', async (method, options, isRepeated) => {
    const peer = await stale(end);
    const client = clientFor(peer);
    await get(client);
    const outcome = await client
      .request({ params: { REQUEST_METHOD: method }, ...options })
      .then((response) => text(response.body))
      .catch((error) => error.code);
    expect(outcome).toBe(isRepeated ? 'fresh' : 'FCGI_CONNECTION_CLOSED');
  });

  test('has nothing sent again after a single byte of an answer', async () => {
    const peer = await stale((connection) => connection.socket.end(Uint8Array.of(1)));
    const client = clientFor(peer);
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
    expect(peer.connections).toHaveLength(1);
  });

  test('has the request sent again once only', async () => {
    let requests = 0;
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      requests += 1;
      if (requests > 2) return end(connection);
      connection.send(answer(requestId, document('')));
      await connection.request();
      requests += 1;
      end(connection);
    });
    const client = clientFor(peer);
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
    expect(requests).toBe(3);
  });

  test('is replaced within the limit of connections, at the cost of another that is idle', async () => {
    let isStale = false;
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const { requestId } = await connection.request();
        if (isStale) break;
        connection.send(answer(requestId, document('fine')));
      }
      isStale = false;
      end(connection);
    });
    const client = clientFor(peer, { limits: { connections: 2 } });
    await Promise.all([get(client), get(client)]);
    isStale = true;
    expect(await get(client)).toBe('fine');
    expect(client.stats().connections).toBeLessThanOrEqual(2);
    expect(peer.connections).toHaveLength(3);
  });

  test('is not what a first request on a new connection can meet: that one is not sent again', async () => {
    const peer = await startPeer(async (connection) => {
      await connection.request();
      end(connection);
    });
    await expect(get(clientFor(peer))).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
    expect(peer.connections).toHaveLength(1);
  });
});

describe('connections at once', () => {
  test('are no more than the limit; the others wait for their turn', async () => {
    const open: PeerConnection[] = [];
    const peer = await startPeer((connection) => void open.push(connection));
    const client = clientFor(peer, { limits: { connections: 2 } });
    const results = [1, 2, 3, 4].map(() => get(client).catch((error) => error.code));
    await expect.poll(() => open.length).toBe(2);
    expect(client.stats()).toEqual({
      connections: 2,
      idleConnections: 0,
      activeRequests: 2,
      waitingRequests: 2,
    });
    // The first one is kept and used again, the second one closed and replaced.
    const serve = async (connection: PeerConnection, body: string) => {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document(body)));
    };
    await serve(open[0]!, 'a');
    open[1]!.socket.destroy();
    await expect.poll(() => open.length).toBe(3);
    await serve(open[0]!, 'b');
    await serve(open[2]!, 'c');
    const outcomes = await Promise.all(results);
    expect(outcomes.sort()).toEqual(['FCGI_CONNECTION_CLOSED', 'a', 'b', 'c']);
  });

  test('have a queue with a limit', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { connections: 1, queue: 2 } });
    const waiting = [1, 2, 3].map(() => get(client).catch((error) => error.code));
    await expect(get(client)).rejects.toMatchObject({ code: 'FCGI_QUEUE_FULL', side: 'caller' });
    await peer.accept();
    await client.close({ timeout: 1 });
    const refused = Array(2).fill('FCGI_CLIENT_CLOSED');
    expect(await Promise.all(waiting)).toEqual(['FCGI_CLIENT_CUT_OFF', ...refused]);
  });

  test('are waited for no longer than connectTimeout', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { connections: 1, connectTimeout: 30 } });
    get(client).catch(() => {});
    await peer.accept();
    await expect(get(client)).rejects.toMatchObject({ code: 'FCGI_CONNECT_TIMEOUT', phase: 'connect' });
    expect(client.stats().waitingRequests).toBe(0);
  });

  test('are waited for no longer than the signal allows', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { connections: 1 } });
    get(client).catch(() => {});
    await peer.accept();
    await expect(client.request({ params: GET, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(client.stats().waitingRequests).toBe(0);
  });
});

test('a request that is aborted as it gets its connection gives it back', async () => {
  const peer = await echo();
  const client = clientFor(peer, { limits: { connections: 1 } });
  const controller = new AbortController();
  const first = await client.request({ params: GET });
  // In the turn in which the connection is handed on, and before the second request could be sent.
  first.ended.then(() => controller.abort(new Error('in between'))).catch(() => {});
  await expect(client.request({ params: GET, signal: controller.signal })).rejects.toThrow('in between');
  expect(client.stats()).toEqual({
    connections: 1,
    idleConnections: 1,
    activeRequests: 0,
    waitingRequests: 0,
  });
  expect(await get(client)).toBe('2');
});
