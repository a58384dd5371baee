import { latin1, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../src/engine/input-budget.ts';
import { InputSource } from '../../src/request/input-source.ts';

/** A source with everything that its sink and its owner were told. */
function newSource() {
  const told: string[] = [];
  const chunks: Uint8Array[] = [];
  let taken = 0;
  let room = Number.POSITIVE_INFINITY;
  const source = new InputSource({
    onTaken: (cost) => {
      taken += cost;
    },
  });
  const sink = {
    push: (chunk: Uint8Array) => {
      told.push(toLatin1(chunk));
      chunks.push(chunk);
      room -= 1;
      return room > 0;
    },
    end: () => told.push('end'),
    fail: (error: Error) => told.push(`fail ${error.message}`),
  };
  return {
    source,
    told,
    chunks,
    taken: () => taken,
    attach: () => source.attach(sink),
    setRoom: (pieces: number) => {
      room = pieces;
    },
  };
}

const a = latin1('a');
const bc = latin1('bc');

describe('a body', () => {
  test('waits until somebody wants it, and only then counts as taken', () => {
    const { source, told, taken, attach } = newSource();
    source.receive(a);
    attach();
    source.receive(bc);
    expect(told).toEqual([]);
    expect(taken()).toBe(0);
    source.resume();
    expect(told).toEqual(['a', 'bc']);
    expect(taken()).toBe(costOf(a) + costOf(bc));
  });

  test('goes straight to whoever waits for it', () => {
    const { source, told, attach } = newSource();
    attach();
    source.resume();
    source.receive(a);
    source.receive(bc);
    source.end();
    expect(told).toEqual(['a', 'bc', 'end']);
  });

  test('stops where its sink has enough, and goes on where it stopped', () => {
    const { source, told, taken, attach, setRoom } = newSource();
    attach();
    setRoom(1);
    source.resume();
    source.receive(a);
    source.receive(bc);
    source.end();
    expect(told).toEqual(['a']);
    expect(taken()).toBe(costOf(a));
    setRoom(2);
    source.resume();
    expect(told).toEqual(['a', 'bc', 'end']);
    expect(taken()).toBe(costOf(a) + costOf(bc));
  });

  test('ends without being asked where nothing is left to hand out', () => {
    const { source, told, attach } = newSource();
    attach();
    source.end();
    expect(told).toEqual(['end']);
    expect(source.ended).toBe(true);
  });

  test('that has ended before its sink came is ended when it is wanted', () => {
    const { source, told, attach } = newSource();
    source.receive(a);
    source.end();
    attach();
    source.resume();
    expect(told).toEqual(['a', 'end']);
  });

  test('ends once', () => {
    const { source, told, attach } = newSource();
    attach();
    source.end();
    source.end();
    source.fail(new Error('late'));
    source.abort(new Error('later'));
    source.resume();
    expect(told).toEqual(['end']);
  });
});

describe('a body that will not be complete', () => {
  test('is handed out as far as it came, then fails', () => {
    const { source, told, attach } = newSource();
    source.receive(a);
    source.fail(new Error('truncated'));
    attach();
    source.resume();
    expect(told).toEqual(['a', 'fail truncated']);
  });

  test('fails at once when the web server has gone, and what waited counts as taken', () => {
    const { source, told, taken, attach } = newSource();
    attach();
    source.receive(a);
    source.receive(bc);
    source.abort(new Error('gone'));
    expect(told).toEqual(['fail gone']);
    expect(taken()).toBe(costOf(a) + costOf(bc));
  });

  test('fails once', () => {
    const { source, told, attach } = newSource();
    attach();
    source.fail(new Error('first'));
    source.fail(new Error('second'));
    source.end();
    expect(told).toEqual(['fail first']);
  });
});

test('a complete body stays readable after the web server has gone', () => {
  const { source, told, attach } = newSource();
  source.receive(a);
  source.end();
  source.abort(new Error('gone'));
  attach();
  source.resume();
  expect(told).toEqual(['a', 'end']);
});

describe('a body that nobody wants', () => {
  test('is thrown away, what came and what comes, and counts as taken', () => {
    const { source, told, taken, attach } = newSource();
    attach();
    source.receive(a);
    source.discard();
    source.receive(bc);
    source.end();
    source.resume();
    expect(told).toEqual([]);
    expect(taken()).toBe(costOf(a) + costOf(bc));
  });

  test('is thrown away once', () => {
    const { source, taken } = newSource();
    source.receive(a);
    source.discard();
    source.discard();
    expect(taken()).toBe(costOf(a));
  });
});

test('the application starves while it waits for bytes that have not come, and only then', () => {
  const { source, attach, setRoom } = newSource();
  expect(source.starving).toBe(false);
  attach();
  expect(source.starving).toBe(false);
  source.resume();
  expect(source.starving).toBe(true);
  setRoom(1);
  source.receive(a);
  expect(source.starving).toBe(false);
  setRoom(9);
  source.resume();
  expect(source.starving).toBe(true);
  source.end();
  expect(source.starving).toBe(false);
});

describe('a piece that has to wait', () => {
  test('is copied out of a chunk that is mostly something else', () => {
    const { source, chunks, attach } = newSource();
    const chunk = pattern(64_000);
    source.receive(chunk.subarray(8, 108));
    attach();
    source.resume();
    expect(chunks[0]?.buffer).not.toBe(chunk.buffer);
    expect([...chunks[0]!]).toEqual([...pattern(100, 8)]);
  });

  test('is not copied where it is most of its chunk', () => {
    const { source, chunks, attach } = newSource();
    const chunk = pattern(64_000);
    source.receive(chunk.subarray(8));
    attach();
    source.resume();
    expect(chunks[0]?.buffer).toBe(chunk.buffer);
  });

  test('stays what it was when the caller is a Buffer that shares its memory', () => {
    const { source, chunks, attach } = newSource();
    const chunk = Buffer.alloc(64_000, 0x61);
    source.receive(chunk.subarray(0, 100));
    chunk.fill(0x62);
    attach();
    source.resume();
    expect(Buffer.from(chunks[0]!).toString()).toBe('a'.repeat(100));
  });
});
