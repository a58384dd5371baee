import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from '../src/byte-queue.ts';

test('bytes come out as they went in, whatever is added and taken in between', () => {
  const step = fc.oneof(
    fc.record({ add: fc.constantFrom(0, 1, 2, 500, 16_383, 16_384, 40_000) }),
    fc.constant('take' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ByteQueue();
      const added: Uint8Array[] = [];
      const taken: Uint8Array[] = [];
      const copies: Buffer[] = [];
      let next = 0;
      const take = () => {
        const piece = queue.take();
        if (piece === undefined) return false;
        taken.push(piece);
        copies.push(Buffer.from(piece));
        return true;
      };
      for (const one of steps) {
        if (one === 'take') {
          take();
          continue;
        }
        const bytes = Uint8Array.from({ length: one.add }, () => next++);
        added.push(bytes);
        queue.add(bytes);
      }
      const outstanding = Buffer.concat(added).length - Buffer.concat(taken).length;
      expect(queue.length).toBe(outstanding);
      while (take());
      expect(queue.length).toBe(0);
      expect(Buffer.concat(taken).equals(Buffer.concat(added))).toBe(true);
      // What was handed out is not written to afterwards.
      expect(Buffer.concat(taken).equals(Buffer.concat(copies))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('a hundred thousand single bytes come out as a few pieces', () => {
  const queue = new ByteQueue();
  const chunk = new Uint8Array(65_536);
  for (let i = 0; i < 100_000; i += 1) queue.add(chunk.subarray(i % 65_536, (i % 65_536) + 1));
  expect(queue.length).toBe(100_000);
  let pieces = 0;
  let held = 0;
  for (let piece = queue.take(); piece !== undefined; piece = queue.take()) {
    pieces += 1;
    held += piece.buffer.byteLength;
  }
  expect(pieces).toBeLessThan(10);
  expect(held).toBeLessThan(200_000);
});

test('a queue that was cleared is empty and works on', () => {
  const queue = new ByteQueue();
  queue.add(Uint8Array.of(1));
  queue.add(new Uint8Array(20_000));
  queue.clear();
  expect(queue.length).toBe(0);
  expect(queue.take()).toBeUndefined();
  queue.add(Uint8Array.of(2));
  expect(queue.take()).toEqual(Uint8Array.of(2));
});
