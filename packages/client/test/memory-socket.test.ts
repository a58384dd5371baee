import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { record } from 'test-support';
import { expect, onTestFinished, test } from 'vitest';
import { MemorySocket } from '../src/memory-socket.ts';
import { answer, document, Type } from './peer.ts';

/** A client of a scripted server in this process. */
function clientOf(serve: (stream: Duplex) => void): FcgiClient {
  const client = new FcgiClient({ server: { accept: serve } });
  onTestFinished(() => client.close({ timeout: 1 }));
  return client;
}

/** All that comes, without destroying the stream at its end, as iterating over it would. */
async function read(stream: Duplex): Promise<string> {
  let all = '';
  stream.on('data', (chunk: Uint8Array) => {
    all += String(chunk);
  });
  await once(stream, 'end');
  return all;
}

test('what one end writes the other one reads, in order, until its end', async () => {
  const [one, other] = MemorySocket.pair();
  one.write('a');
  one.write('b');
  one.end('c');
  expect(await read(other)).toBe('abc');
  other.end('answer');
  expect(await read(one)).toBe('answer');
});

test('an end takes no more than the other one reads', async () => {
  const [one, other] = MemorySocket.pair();
  let written = 0;
  const write = () => {
    do written += 65_536;
    while (written < 10_000_000 && one.write(new Uint8Array(65_536)));
    one.once('drain', write);
  };
  write();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(written).toBeLessThan(300_000);
  let read = 0;
  other.on('data', (chunk: Uint8Array) => {
    read += chunk.length;
  });
  await expect.poll(() => read).toBeGreaterThan(9_000_000);
});

test('an end that is destroyed ends the other one, whose writes then fail as those to a closed socket', async () => {
  const [one, other] = MemorySocket.pair();
  one.write('last words');
  await new Promise((resolve) => setImmediate(resolve));
  one.destroy();
  const failed = new Promise((resolve) => other.on('error', resolve));
  expect(await read(other)).toBe('last words');
  other.write('too late');
  expect(await failed).toMatchObject({ code: 'EPIPE' });
});

test('a client hears an answer from a server in its process that closes at once, before it has taken a body', async () => {
  const client = clientOf((stream) => {
    stream.once('data', () => {
      stream.write(answer(1, document('no, thanks')));
      setImmediate(() => stream.destroy());
    });
  });
  const { body } = await client.request({ params: {}, stdin: Buffer.alloc(10_000_000) });
  expect(await text(body)).toBe('no, thanks');
});

test('a server in this process that closes in the middle of an answer fails the request', async () => {
  const client = clientOf((stream) => {
    stream.once('data', () => {
      stream.write(record(Type.stdout, 1, document('half')));
      setImmediate(() => stream.destroy());
    });
  });
  const { body } = await client.request({ params: {} });
  await expect(text(body)).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
});

test('a server that does not take a connection is one that cannot be reached', async () => {
  const client = clientOf(() => {
    throw new Error('closed');
  });
  await expect(client.request({ params: {} })).rejects.toMatchObject({
    code: 'FCGI_CONNECT_FAILED',
    address: 'in this process',
    cause: new Error('closed'),
  });
  expect(client.stats().connections).toBe(0);
});

test.each([
  [{}, 'either an address'],
  [{ address: '/x', server: { accept: () => {} } }, 'either an address'],
  [{ server: {} }, 'must have the method accept'],
])('a client of %o makes no sense', (options, message) => {
  expect(() => new FcgiClient(options as { address: string })).toThrow(message);
});
