import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FcgiRequest } from '@fcgi-js/server';
import { join as joinBytes } from 'test-support';
import { expect, onTestFinished, test } from 'vitest';
import { sharedReader } from '../../src/listen/shared-reads.ts';
import { scratchFolder, start } from '../support/harness.ts';
import { begin, GET, params, stdin } from '../support/wire.ts';

interface Read {
  readonly bytes: Uint8Array;
  readonly lent: boolean;
}

/** An accepted socket and the one that it is connected to. */
async function connected(): Promise<{ socket: Socket; peer: Socket }> {
  const path = join(scratchFolder(), 's');
  const server = createServer({ allowHalfOpen: true }).listen(path);
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const peer = connect(path);
  const [socket] = (await accepted) as [Socket];
  onTestFinished(() => {
    peer.destroy();
    socket.destroy();
    server.close();
  });
  return { socket, peer };
}

/** Reads with and without `data`; what came by `data` is counted apart. */
function reads(socket: Socket): { given: Read[]; emitted: Uint8Array[] } {
  const given: Read[] = [];
  const emitted: Uint8Array[] = [];
  sharedReader((from: Duplex, bytes, lent) => {
    expect(from).toBe(socket);
    given.push({ bytes, lent });
    return true;
  })(socket);
  socket.on('data', (bytes) => emitted.push(bytes));
  return { given, emitted };
}

test('what is read is lent: the next read changes it', async () => {
  const { socket, peer } = await connected();
  const { given, emitted } = reads(socket);
  peer.write('first');
  await expect.poll(() => given.length).toBe(1);
  expect(given[0]).toMatchObject({ lent: true });
  expect(String(given[0]!.bytes)).toBe('first');
  peer.write('other');
  await expect.poll(() => given.length).toBe(2);
  expect(String(given[0]!.bytes)).toBe('other');
  expect(emitted).toEqual([]);
});

test('who sends as much as fits is read into memory of its own, which stays as it is', async () => {
  const { socket, peer } = await connected();
  const { given } = reads(socket);
  socket.pause();
  const sent = Buffer.concat(Array.from({ length: 8 }, (_, index) => Buffer.alloc(50_000, index)));
  peer.write(sent);
  await delay(50);
  socket.resume();
  const kept: Buffer[] = [];
  let taken = 0;
  await expect
    .poll(() => {
      // What is lent would have to be taken at once: only the rest can be compared later.
      for (const { bytes, lent } of given.slice(kept.length)) {
        const expected = sent.subarray(taken, taken + bytes.length);
        if (!lent) expect(expected.equals(bytes)).toBe(true);
        kept.push(expected);
        taken += bytes.length;
      }
      return taken;
    })
    .toBe(sent.length);
  expect(given.some(({ lent }) => !lent)).toBe(true);
});

test('a socket that is paused is not read, and ends when it is read again', async () => {
  const { socket, peer } = await connected();
  const { given } = reads(socket);
  let ended = false;
  socket.on('end', () => {
    ended = true;
  });
  socket.pause();
  peer.end('late');
  await delay(50);
  expect([given.length, ended]).toEqual([0, false]);
  socket.resume();
  await expect.poll(() => ended).toBe(true);
  expect(String(given[0]?.bytes)).toBe('late');
});

test('a socket without the parts that this needs emits data', async () => {
  const { socket, peer } = await connected();
  Object.assign(Reflect.get(socket, '_handle'), { useUserBuffer: undefined });
  const { given, emitted } = reads(socket);
  peer.write('first');
  await expect.poll(() => emitted.map(String)).toEqual(['first']);
  expect(given).toEqual([]);
});

test.each(['a Unix socket', 'TCP'] as const)(
  'bodies that applications keep stay as they came, on %s that others use meanwhile',
  async (transport) => {
    const bodies: Uint8Array[][] = [];
    const { connect: dial } = await start(
      {
        responder: async ({ stdin: body, stdout, requestId }: FcgiRequest) => {
          const pieces: Uint8Array[] = [];
          for await (const piece of body) pieces.push(piece);
          bodies[requestId] = pieces;
          stdout.end('Status: 200\r\n\r\n');
        },
      },
      transport,
    );
    const requestIds = [1, 2, 3];
    const records = 40;
    const length = 20_000;
    const peers = await Promise.all(requestIds.map(() => dial()));
    for (const [index, requestId] of requestIds.entries()) {
      const list = { ...GET, REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(records * length) };
      peers[index]!.send(joinBytes(begin(requestId), params(requestId, list)));
    }
    for (let record = 0; record < records; record += 1) {
      for (const [index, requestId] of requestIds.entries()) {
        peers[index]!.send(stdin(requestId, Buffer.alloc(length, requestId * records + record)));
      }
      // Else all of it would be one long read.
      if (record % 4 === 0) await delay(1);
    }
    for (const [index, requestId] of requestIds.entries()) {
      peers[index]!.send(stdin(requestId));
      await peers[index]!.answer(requestId);
    }
    for (const requestId of requestIds) {
      const expected = Array.from({ length: records }, (_, record) =>
        Buffer.alloc(length, requestId * records + record),
      );
      expect(Buffer.concat(bodies[requestId]!).equals(Buffer.concat(expected))).toBe(true);
    }
  },
);

test('params that are read after other bytes have come by another connection are as they came', async () => {
  let read = (): string | undefined => undefined;
  const responder = ({ params: own, stdout }: FcgiRequest) => {
    read = () => own.get('REQUEST_URI');
    stdout.end('Status: 200\r\n\r\n');
  };
  const { connect: dial } = await start({ responder }, 'a Unix socket');
  const uri = '/a-path-that-is-long-enough';
  const [peer, other] = [await dial(), await dial()];
  peer.send(joinBytes(begin(1), params(1, { ...GET, REQUEST_URI: uri }), stdin(1)));
  await peer.answer(1);
  other.send(joinBytes(begin(1), stdin(1, Buffer.alloc(2_000, 'x'))));
  await other.answer(1);
  expect(read()).toBe(uri);
});
