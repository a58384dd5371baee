import { hex } from 'test-support';
import { expect, test } from 'vitest';
import { ChunkReader } from '../src/chunk-reader.ts';

/** Takes `count` bytes of the chunk that is being read. */
function read(reader: ChunkReader, count: number): Uint8Array {
  const from = reader.offset;
  reader.offset += count;
  return reader.chunk.slice(from, reader.offset);
}

test('chunks are read in the order they came, whenever they came', () => {
  const reader = new ChunkReader();
  expect(reader.available()).toBe(0);
  reader.push(hex('0102'));
  reader.push(hex('03'));
  expect(reader.available()).toBe(2);
  expect(read(reader, 1)).toEqual(hex('01'));
  expect(reader.available()).toBe(1);
  expect(read(reader, 1)).toEqual(hex('02'));
  reader.push(hex('0405'));
  expect(reader.available()).toBe(1);
  expect(read(reader, 1)).toEqual(hex('03'));
  expect(reader.available()).toBe(2);
  expect(read(reader, 2)).toEqual(hex('0405'));
  expect(reader.available()).toBe(0);
  reader.push(hex('06'));
  expect(reader.available()).toBe(1);
});

test('empty chunks are as if they had not come', () => {
  const reader = new ChunkReader();
  reader.push(hex(''));
  reader.push(hex('01'));
  reader.push(hex(''));
  reader.push(hex('02'));
  expect(reader.available()).toBe(1);
  read(reader, 1);
  expect(reader.available()).toBe(1);
  expect(read(reader, 1)).toEqual(hex('02'));
  expect(reader.available()).toBe(0);
});

test('a chunk that has been read is let go, and one that has not is kept', () => {
  const reader = new ChunkReader();
  const chunk = hex('0102');
  reader.push(chunk);
  read(reader, 1);
  reader.release();
  expect(reader.chunk).toBe(chunk);
  expect(reader.available()).toBe(1);
  read(reader, 1);
  reader.release();
  expect(reader.chunk).toHaveLength(0);
  expect(reader.offset).toBe(0);
  expect(reader.available()).toBe(0);
});

test('closing forgets the chunk being read, those that wait, and those that come', () => {
  const reader = new ChunkReader();
  reader.push(hex('0102'));
  reader.push(hex('03'));
  reader.push(hex('04'));
  read(reader, 2);
  reader.available();
  reader.close();
  expect(reader.chunk).toHaveLength(0);
  expect(reader.offset).toBe(0);
  expect(reader.available()).toBe(0);
  reader.push(hex('05'));
  expect(reader.chunk).toHaveLength(0);
  expect(reader.available()).toBe(0);
});
