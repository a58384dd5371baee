import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGateway, FcgiClient } from '@fcgi-js/client';
import { createServer, type FcgiServer } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTemporaryFolder } from '../src/temporary-folder.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Our server, which sends every body back, and counts what is aborted. */
async function startEcho(): Promise<{ address: string; aborted: () => number; server: FcgiServer }> {
  let aborted = 0;
  const server = createServer({
    onError: () => {},
    responder: async (request) => {
      request.signal.addEventListener('abort', () => {
        aborted += 1;
      });
      request.stdout.write('Content-Type: application/octet-stream\r\n\r\n');
      for await (const chunk of request.stdin) {
        if (!request.stdout.write(chunk)) {
          await new Promise((resolve) => request.stdout.once('drain', resolve));
        }
      }
      request.stdout.end();
      return 0;
    },
  });
  const folder = createTemporaryFolder('fcgi-echo');
  const address = await server.listen(`unix:${join(folder.path, 'app.sock')}`);
  onTestFinished(async () => {
    await server.close({ timeout: 1_000 });
    folder.remove();
  });
  return { address, aborted: () => aborted, server };
}

async function readAll(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of body) pieces.push(chunk as Buffer);
  return Buffer.concat(pieces);
}

/** A stream of pieces of uneven length. */
function inPieces(bytes: Buffer): Readable {
  const pieces: Buffer[] = [];
  for (let from = 0, length = 1; from < bytes.length; from += length, length = (length * 7) % 40_009) {
    pieces.push(bytes.subarray(from, from + length));
  }
  return Readable.from(pieces);
}

describe.each([false, true, 'auto'] as const)('our client and our server, multiplex %s', (multiplex) => {
  test('take hundreds of requests with bodies both ways, and mix nothing up', async () => {
    const { address, server } = await startEcho();
    const client = new FcgiClient({ address, multiplex, limits: { connections: 4 } });
    onTestFinished(() => client.close({ timeout: 1_000 }));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const bytes = randomBytes((index * 997) % 150_000);
        const stdin = index % 2 === 0 ? bytes : inPieces(bytes);
        const response = await client.request({ params: { REQUEST_METHOD: 'POST' }, stdin });
        return sha256(await readAll(response.body)) === sha256(bytes);
      }),
    );
    expect(outcomes).toEqual(Array(200).fill(true));
    expect(server.stats().totalConnections).toBeLessThanOrEqual(multiplex === false ? 4 : 5);
    expect(server.stats().refusedRequests).toBe(0);
  });

  test('abort some of them, and leave the others whole', async () => {
    const { address, aborted, server } = await startEcho();
    const client = new FcgiClient({ address, multiplex, limits: { connections: 4 } });
    onTestFinished(() => client.close({ timeout: 1_000 }));
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const bytes = randomBytes(50_000);
        const controller = new AbortController();
        const isVictim = index % 5 === 0;
        // Its body never ends, so it can end in no other way.
        const endless = new Readable({ read() {} });
        if (isVictim) endless.push(bytes);
        const { body } = await client.request({
          params: { REQUEST_METHOD: 'POST' },
          signal: controller.signal,
          stdin: isVictim ? endless : inPieces(bytes),
        });
        if (!isVictim) return sha256(await readAll(body)) === sha256(bytes) ? 'whole' : 'mixed up';
        controller.abort(new Error('enough'));
        return await readAll(body).then(
          () => 'ended',
          (error: Error) => error.message,
        );
      }),
    );
    const expected = Array.from({ length: 60 }, (_, index) => (index % 5 === 0 ? 'enough' : 'whole'));
    expect(outcomes).toEqual(expected);
    await expect.poll(aborted).toBe(12);
    await expect.poll(() => server.stats().activeRequests).toBe(0);
  });

  test('pass uploads and downloads through a gateway at once', async () => {
    const { address } = await startEcho();
    const client = new FcgiClient({ address, multiplex });
    const gateway = createGateway({ client });
    onTestFinished(async () => {
      await gateway.close({ timeout: 1_000 });
      await client.close({ timeout: 1_000 });
    });
    const { url } = await gateway.listen({ port: 0 });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const bytes = randomBytes(index * 20_000);
        const response = await fetch(url, { method: 'POST', body: bytes });
        return sha256(Buffer.from(await response.arrayBuffer())) === sha256(bytes);
      }),
    );
    expect(outcomes).toEqual(Array(30).fill(true));
  });
});
