import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { ConnectionWriter } from '../../src/connection/connection-writer.ts';
import { RequestOutput } from '../../src/request/request-output.ts';
import { requestState } from '../support/request-state.ts';

const HIGH_WATER_MARK = 1_000;

/** A writer, and the other end of what it writes to. */
function newWriter() {
  const [ours, theirs] = duplexPair({ highWaterMark: HIGH_WATER_MARK });
  const owner = { drained: vi.fn() };
  return { writer: new ConnectionWriter(theirs, owner), owner, socket: theirs, far: ours };
}

function outputOf(writer: ConnectionWriter, requestId = 1): RequestOutput {
  return new RequestOutput(requestState(requestId), {
    writer,
    requestEnding: () => {},
    requestEnded: () => {},
  });
}

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
