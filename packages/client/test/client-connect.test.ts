import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FcgiClient, FcgiConnectError } from '@fcgi-js/client';
import { atRest } from 'test-support/at-rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, startPeer } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

async function get(client: FcgiClient): Promise<string> {
  const response = await client.request({ params: GET });
  return await text(response.body);
}

describe('connecting', () => {
  test('fails with the address and what the system said', async () => {
    const path = joinPath(tmpdir(), 'fcgi-client-no-such.sock');
    const client = new FcgiClient({ address: path });
    const error = await get(client).catch((reason) => reason);
    expect(error).toBeInstanceOf(FcgiConnectError);
    expect(error).toMatchObject({
      code: 'FCGI_CONNECT_FAILED',
      side: 'network',
      address: `unix:${path}`,
      systemCode: 'ENOENT',
      message: `Cannot connect to unix:${path} (ENOENT).`,
    });
    expect(client.stats().connections).toBe(0);
  });

  test('is refused where nobody listens', async () => {
    const peer = await startPeer(undefined, 'tcp');
    const client = clientFor(peer);
    await peer.close();
    await expect(get(client)).rejects.toMatchObject({
      systemCode: 'ECONNREFUSED',
      address: `tcp:${peer.address}`,
    });
  });

  test('to a Unix socket whose backlog is full is tried until there is room', async () => {
    const busy = await startBusyListener('unix');
    const client = new FcgiClient({ address: busy.address, limits: { firstByteTimeout: 200 } });
    const requests = [1, 2, 3, 4, 5, 6].map(() => get(client).catch((error) => error.code));
    await sleep(50);
    busy.accept();
    // All of them got a connection: what they then miss is an answer.
    expect(await Promise.all(requests)).toEqual(Array(6).fill('FCGI_FIRST_BYTE_TIMEOUT'));
    await client.close({ timeout: 1 });
  });

  test.each(['tcp', 'unix'] as const)('over %s is given up after connectTimeout', async (transport) => {
    const busy = await startBusyListener(transport);
    const client = new FcgiClient({ address: busy.address, limits: { connectTimeout: 300 } });
    const outcomes = [1, 2, 3, 4, 5, 6].map(() => get(client).catch((error) => error.code));
    expect(await Promise.race(outcomes)).toBe('FCGI_CONNECT_TIMEOUT');
    await client.close({ timeout: 1 });
    // Those that found room in the backlog were cut off by the close, the others had given up.
    for (const outcome of await Promise.all(outcomes)) {
      expect(['FCGI_CLIENT_CUT_OFF', 'FCGI_CONNECT_TIMEOUT']).toContain(outcome);
    }
    expect(client.stats().connections).toBe(0);
  });
});

describe('close', () => {
  test('closes what is idle, lets a request end, and refuses further ones', async () => {
    const peer = await startPeer();
    const client = clientFor(peer);
    const pending = get(client);
    const connection = await peer.accept();
    const { requestId } = await connection.request();
    const closing = client.close();
    await expect(get(client)).rejects.toMatchObject({ code: 'FCGI_CLIENT_CLOSED' });
    connection.send(answer(requestId, document('last')));
    expect(await pending).toBe('last');
    await closing;
    expect(client.stats()).toEqual({
      connections: 0,
      idleConnections: 0,
      activeRequests: 0,
      waitingRequests: 0,
    });
    await client.close();
  });

  test('cuts off what has not ended in time', async () => {
    const peer = await startPeer();
    const client = clientFor(peer);
    const pending = expect(get(client)).rejects.toMatchObject({ code: 'FCGI_CLIENT_CUT_OFF' });
    await peer.accept();
    await client.close({ timeout: 10 });
    await pending;
  });

  test.each(['before', 'while'])(
    'cuts off what has not ended when its signal is aborted %s it waits',
    async (when) => {
      const peer = await startPeer();
      const client = clientFor(peer);
      const reason = new Error('enough');
      const pending = expect(get(client)).rejects.toMatchObject({
        code: 'FCGI_CLIENT_CUT_OFF',
        cause: reason,
      });
      await (await peer.accept()).request();
      const hurry = new AbortController();
      if (when === 'before') hurry.abort(reason);
      const closing = client.close({ signal: hurry.signal, timeout: Number.POSITIVE_INFINITY });
      hurry.abort(reason);
      await closing;
      await pending;
      expect(client.stats().connections).toBe(0);
      await expect(client.close({ signal: 'now' as never })).rejects.toMatchObject({
        code: 'FCGI_OPTION_INVALID',
      });
    },
  );

  test('called twice ends both waits with the last request', async () => {
    const peer = await startPeer();
    const client = clientFor(peer);
    const pending = get(client);
    const connection = await peer.accept();
    const { requestId } = await connection.request();
    const closing = [client.close({ timeout: Number.POSITIVE_INFINITY }), client.close()];
    connection.send(answer(requestId, document('last')));
    expect(await pending).toBe('last');
    await Promise.all(closing);
  });

  test('cuts off a connection that is just being opened', async () => {
    const busy = await startBusyListener('unix');
    let sent = 0;
    const onRecord = () => {
      sent += 1;
    };
    const client = new FcgiClient({ address: busy.address, onRecord });
    const outcomes = [1, 2, 3, 4, 5, 6].map(() => get(client).catch((error) => error.code));
    await atRest(() => sent);
    await client.close({ timeout: 10 });
    busy.accept();
    // Those that found room in the backlog had been sent, the others had not.
    const codes = new Set(await Promise.all(outcomes));
    expect([...codes].toSorted()).toEqual(['FCGI_CLIENT_CLOSED', 'FCGI_CLIENT_CUT_OFF']);
    expect(client.stats().connections).toBe(0);
  });
});

/** A process that listens with the smallest backlog there is, and accepts only from when it is told to. */
async function startBusyListener(
  transport: 'tcp' | 'unix',
): Promise<{ accept: () => void; address: string }> {
  const folder = mkdtempSync(joinPath(tmpdir(), 'fcgi-client-'));
  const path = joinPath(folder, 'busy.sock');
  // Reading stdin without asynchrony keeps its event loop from turning, and so from accepting.
  const script = `
    const where = process.argv[1] === 'unix' ? { path: process.argv[2] } : { host: '127.0.0.1', port: 0 };
    const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
    server.listen({ ...where, backlog: 1 }, () => {
      require('node:fs').writeSync(1, process.argv[1] === 'unix' ? process.argv[2] : ':' + server.address().port);
      require('node:fs').readSync(0, Buffer.alloc(1));
    });`;
  const child = spawn(process.execPath, ['-e', script, transport, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const [address] = await once(child.stdout, 'data');
  return { accept: () => void child.stdin.write('!'), address: String(address) };
}
