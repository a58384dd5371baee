import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConnectionWriter } from '../../src/connection/connection-writer.ts';
import { RequestOutput } from '../../src/request/request-output.ts';
import { scratchFolder } from '../support/harness.ts';
import { requestState } from '../support/request-state.ts';

const HIGH_WATER_MARK = 1_000;

/** A writer, and the other end of what it writes to. */
function newWriter() {
  const [ours, theirs] = duplexPair({ highWaterMark: HIGH_WATER_MARK });
  const owner = { drained: vi.fn(), failed: vi.fn() };
  return { writer: new ConnectionWriter(theirs, owner), owner, socket: theirs, far: ours };
}

function outputOf(writer: ConnectionWriter, requestId = 1): RequestOutput {
  return new RequestOutput(requestState(requestId), {
    writer,
    requestEnding: () => {},
    requestEnded: () => {},
  });
}

/** The same on sockets of the system. */
async function socketWriter() {
  const server = createServer({ allowHalfOpen: true });
  onTestFinished(() => void server.close());
  server.listen(join(scratchFolder(), 'socket'));
  await once(server, 'listening');
  const far = connect(String(server.address()));
  far.pause();
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    far.destroy();
    socket.destroy();
  });
  const owner = { drained: vi.fn(), failed: vi.fn() };
  return { writer: new ConnectionWriter(socket, owner), owner, socket, far };
}

describe('a socket of the system', () => {
  test('gets records without waiting, and callbacks come later', async () => {
    const { writer, far, socket } = await socketWriter();
    const write = vi.spyOn(socket, '_write');
    const called = vi.fn();
    writer.write(['a\xff', Buffer.from('b')], called);
    writer.write(['c']);
    expect(called).not.toHaveBeenCalled();
    expect(write).toHaveBeenCalledOnce();
    expect(writer.handedOver).toBe(true);
    writer.end();
    const chunks = (await far.resume().toArray()) as Buffer[];
    expect(Buffer.concat(chunks).toString('latin1')).toBe('a\xffbc');
    expect(called).toHaveBeenCalledOnce();
  });

  test('that takes bytes slower than they come keeps their order, and tells once when it has caught up', async () => {
    const { writer, far, owner } = await socketWriter();
    const called: number[] = [];
    const sizes = [4_000_000, 1, 100_000, 1];
    sizes.forEach((size, index) => {
      const text = String(index).repeat(size);
      writer.write(index === 0 ? [text.slice(0, 9), Buffer.from(text.slice(9))] : [text], () =>
        called.push(index),
      );
    });
    expect(writer.congested).toBe(true);
    expect(writer.handedOver).toBe(false);
    expect(owner.drained).not.toHaveBeenCalled();
    const reading = far.resume().toArray();
    await vi.waitUntil(() => owner.drained.mock.calls.length > 0);
    expect(writer.congested).toBe(false);
    writer.end();
    const chunks = (await reading) as Buffer[];
    const received = Buffer.concat(chunks).toString('latin1');
    expect(received.length).toBe(sizes.reduce((sum, size) => sum + size));
    expect(/^0+1+2+3+$/.test(received)).toBe(true);
    expect(called).toEqual([0, 1, 2, 3]);
    expect(owner.drained).toHaveBeenCalledOnce();
  });

  test('that lags behind by one large record tells when it has caught up', async () => {
    const { writer, far, owner } = await socketWriter();
    writer.write([Buffer.alloc(4_000_000)]);
    writer.write(['behind it']);
    expect(writer.congested).toBe(true);
    far.resume();
    await vi.waitUntil(() => owner.drained.mock.calls.length > 0);
    expect(writer.congested).toBe(false);
  });

  test('whose other end is gone fails', async () => {
    const { writer, far, owner, socket } = await socketWriter();
    socket.on('error', () => {});
    far.destroy();
    await once(far, 'close');
    const called = vi.fn();
    writer.write(['a'], called);
    await vi.waitUntil(() => called.mock.calls.length > 0);
    expect(owner.failed).toHaveBeenCalledOnce();
  });
});

describe('what waits to be sent', () => {
  test('is counted, and what was taken too', async () => {
    const { writer, far } = newWriter();
    writer.write([new Uint8Array(600), new Uint8Array(700)]);
    await nextTurn();
    expect(writer.sent + writer.unsent).toBe(1_300);
    expect(writer.unsent).toBeGreaterThan(0);
    far.resume();
    await nextTurn();
    expect(writer.unsent).toBe(0);
    expect(writer.sent).toBe(1_300);
  });

  test('makes it congested until it has left', async () => {
    const { writer, owner, far } = newWriter();
    expect(writer.congested).toBe(false);
    writer.write([new Uint8Array(2_000)]);
    expect(writer.congested).toBe(true);
    expect(owner.drained).not.toHaveBeenCalled();
    far.resume();
    await nextTurn();
    expect(writer.congested).toBe(false);
    expect(owner.drained).toHaveBeenCalledOnce();
  });
});

test('records that are written together arrive together', async () => {
  const { writer, far } = newWriter();
  writer.write([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]);
  const chunks: string[] = [];
  far.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  await nextTurn();
  expect(chunks.join('')).toBe('abc');
});

describe('outputs', () => {
  test('are flushed together before the event loop goes on', async () => {
    const { writer, far } = newWriter();
    const outputs = [1, 2, 3].map((requestId) => outputOf(writer, requestId));
    for (const output of outputs) {
      output.write('x');
      output.write('y');
    }
    expect(writer.sent + writer.unsent).toBe(0);
    await nextTurn();
    expect(writer.sent + writer.unsent).toBe(3 * 16);
    far.resume();
    outputs[0]!.write('z');
    await nextTurn();
    expect(writer.sent + writer.unsent).toBe(4 * 16);
  });

  test('that wait are told once when the web server has caught up', async () => {
    const { writer, socket, far } = newWriter();
    const told: number[] = [];
    for (const requestId of [1, 2, 3]) {
      const output = outputOf(writer, requestId);
      output.observer = { drained: () => told.push(requestId) };
      output.write(new Uint8Array(70_000));
      if (requestId === 2) writer.release(output);
    }
    far.resume();
    await once(socket, 'drain');
    expect(told).toEqual([1, 3]);
  });

  test('that ended are forgotten', async () => {
    const { writer } = newWriter();
    const output = outputOf(writer);
    output.write('x');
    writer.release(output);
    await nextTurn();
    expect(writer.sent + writer.unsent).toBe(0);
  });
});

test('however often a connection is congested, one listener waits for its end', async () => {
  const { writer, owner, socket, far } = newWriter();
  for (let i = 0; i < 20; i += 1) writer.write([new Uint8Array(i % 2 === 0 ? 2_000 : 1)]);
  expect(socket.listenerCount('drain')).toBe(1);
  far.resume();
  await nextTurn();
  expect(socket.listenerCount('drain')).toBe(0);
  expect(owner.drained).toHaveBeenCalledOnce();
});

describe('replies', () => {
  test('are unread once many wait, and read again when they have left', async () => {
    const { writer, far } = newWriter();
    for (let i = 0; i < 65; i += 1) writer.reply(new Uint8Array(1_024));
    expect(writer.repliesUnread).toBe(true);
    far.resume();
    await nextTurn();
    expect(writer.repliesUnread).toBe(false);
    writer.reply(new Uint8Array(1_024));
    expect(writer.repliesUnread).toBe(false);
  });

  test('that the web server reads as they come never add up', async () => {
    const { writer, far } = newWriter();
    far.resume();
    for (let i = 0; i < 200; i += 1) {
      writer.reply(new Uint8Array(1_024));
      await nextTurn();
    }
    expect(writer.repliesUnread).toBe(false);
  });
});

describe('after the end', () => {
  test('nothing is written, and callbacks are called', async () => {
    const { writer, far } = newWriter();
    far.resume();
    writer.write([Buffer.from('a')]);
    writer.end();
    const called: string[] = [];
    writer.write([Buffer.from('b')], () => called.push('b'));
    writer.write([Buffer.from('c')]);
    writer.reply(Buffer.from('d'));
    expect(called).toEqual([]);
    await nextTurn();
    expect(called).toEqual(['b']);
    expect(writer.sent).toBe(1);
  });

  test('of the connection it is the same', async () => {
    const { writer, socket } = newWriter();
    socket.destroy();
    writer.close();
    const called: string[] = [];
    writer.write([Buffer.from('b')], () => called.push('b'));
    await nextTurn();
    expect(called).toEqual(['b']);
  });
});
