import { hex, pattern } from 'test-support';
import { expect, test } from 'vitest';
import { ParamsCollector } from '../../src/engine/params-collector.ts';

/** What a collector has been given, as plain numbers. */
function taken(collector: ParamsCollector): number[] {
  return [...collector.take()];
}

test('a collector that was given nothing is empty', () => {
  const collector = new ParamsCollector();
  expect(collector.length).toBe(0);
  expect(taken(collector)).toEqual([]);
});

test('one record is not copied where nothing asks for it', () => {
  const content = pattern(1_000);
  const collector = new ParamsCollector();
  collector.add(content);
  expect(collector.take().buffer).toBe(content.buffer);
});

test('what is kept may change afterwards, and the chunk that it came in is not held', () => {
  const chunk = pattern(64_000);
  const expected = [...chunk.subarray(100, 1_100)];
  const collector = new ParamsCollector();
  collector.add(chunk.subarray(100, 1_100));
  collector.keep();
  chunk.fill(0);
  collector.keep();
  const bytes = collector.take();
  expect(bytes.buffer).not.toBe(chunk.buffer);
  expect([...bytes]).toEqual(expected);
});

test('many records become one array, in order, and the chunks they came in stay as they are', () => {
  const collector = new ParamsCollector();
  const chunks = Array.from({ length: 300 }, (_, index) => pattern(index % 17, index));
  for (const chunk of chunks) collector.add(chunk);
  const expected = chunks.flatMap((chunk) => [...chunk]);
  expect(collector.length).toBe(expected.length);
  expect(taken(collector)).toEqual(expected);
  expect(chunks.flatMap((chunk) => [...chunk])).toEqual(expected);
});

test('a first record is not written over by the second', () => {
  const first = pattern(16);
  const collector = new ParamsCollector();
  collector.add(first);
  collector.add(hex('ff'));
  expect(taken(collector)).toEqual([...pattern(16), 0xff]);
  expect([...first]).toEqual([...pattern(16)]);
});

test('a million records of one byte take memory for their bytes only', () => {
  const collector = new ParamsCollector();
  const byte = hex('41');
  for (let i = 0; i < 1_000_000; i += 1) collector.add(byte);
  const bytes = collector.take();
  expect(bytes).toHaveLength(1_000_000);
  expect(bytes.buffer.byteLength).toBeLessThanOrEqual(4_000_000);
  expect(bytes.every((value) => value === 0x41)).toBe(true);
});

test('a collector is empty after its bytes were taken, and what was taken does not change', () => {
  const collector = new ParamsCollector();
  collector.add(hex('01'));
  collector.add(hex('02'));
  const first = collector.take();
  expect(collector.length).toBe(0);
  collector.add(hex('03'));
  collector.add(hex('04'));
  expect(taken(collector)).toEqual([3, 4]);
  expect([...first]).toEqual([1, 2]);
});
