import { hex, join, pattern } from 'test-support';
import { expect, test } from 'vitest';
import { Accumulator } from '../src/accumulator.ts';
import { allocations } from './support.ts';

test('pieces are put together in an array of exactly the announced size', () => {
  const accumulator = new Accumulator();
  accumulator.start(1_000);
  expect(accumulator.length).toBe(0);
  expect(accumulator.missing).toBe(1_000);
  const source = join(hex('ffff'), pattern(1_000), hex('ffff'));
  const bounds = [0, 1, 100, 512, 513, 1_000];
  for (const [index, to] of bounds.slice(1).entries()) {
    accumulator.add(source, 2 + bounds[index]!, 2 + to);
    expect(accumulator.length).toBe(to);
    expect(accumulator.missing).toBe(1_000 - to);
  }
  const bytes = accumulator.take();
  expect(bytes).toEqual(pattern(1_000));
  expect(bytes.buffer.byteLength).toBe(1_000);
});

test('what has been taken is forgotten', () => {
  const accumulator = new Accumulator();
  accumulator.start(2);
  accumulator.add(hex('aabb'), 0, 2);
  const first = accumulator.take();
  expect(accumulator.length).toBe(0);
  expect(accumulator.missing).toBe(0);
  accumulator.start(2);
  accumulator.add(hex('ccdd'), 0, 2);
  expect(accumulator.take()).toEqual(hex('ccdd'));
  expect(first).toEqual(hex('aabb'));
});

test('starting over forgets what had come', () => {
  const accumulator = new Accumulator();
  accumulator.start(3);
  accumulator.add(hex('aabb'), 0, 2);
  accumulator.start(1);
  accumulator.add(hex('cc'), 0, 1);
  expect(accumulator.take()).toEqual(hex('cc'));
});

test('memory grows to twice what has come, but not beyond what was announced', () => {
  const accumulator = new Accumulator();
  accumulator.start(3_000);
  const source = pattern(3_000);
  const grow = (from: number, to: number) => allocations(() => accumulator.add(source, from, to)).total;
  expect(grow(0, 1)).toBe(512);
  expect(grow(1, 512)).toBe(0);
  expect(grow(512, 513)).toBe(1_026);
  expect(grow(513, 1_026)).toBe(0);
  expect(grow(1_026, 1_027)).toBe(2_054);
  expect(grow(1_027, 2_055)).toBe(3_000);
  expect(grow(2_055, 3_000)).toBe(0);
  expect(accumulator.take()).toEqual(source);
});

test('a short announcement is all that is allocated', () => {
  const accumulator = new Accumulator();
  accumulator.start(10);
  const source = pattern(10);
  expect(allocations(() => accumulator.add(source, 0, 1)).total).toBe(10);
});
