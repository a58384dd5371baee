import { expect, test } from 'vitest';
import { UnreadBytes } from '../src/unread-bytes.ts';

const LIMITS = { requestBufferBytes: 100, connectionBufferBytes: 400 };

test('a request alone stops its connection at its own limit, and lets it go on at half of it', () => {
  const unread = new UnreadBytes(LIMITS);
  const stops = [99, 100, 51, 50, 99].map((bytes) => {
    unread.set(1, bytes);
    return [unread.stops(1), unread.stopsOthers(1)];
  });
  expect(stops).toEqual([
    [false, false],
    [true, false],
    [true, false],
    [false, false],
    [false, false],
  ]);
});

test('a full request among others stops nothing until all are full', () => {
  const unread = new UnreadBytes(LIMITS);
  unread.set(1, 150);
  expect([unread.isFull(1), unread.stops(2)]).toEqual([true, false]);
  unread.set(2, 100);
  expect([unread.stops(2), unread.stopsOthers(2), unread.stops(3)]).toEqual([true, false, false]);
});

test('all together stop the connection at its limit, until half of that is taken', () => {
  const unread = new UnreadBytes(LIMITS);
  unread.set(1, 300);
  unread.set(2, 99);
  expect(unread.stops(3)).toBe(false);
  unread.set(2, 100);
  expect([unread.stops(3), unread.stopsOthers(3), unread.largest()]).toEqual([true, true, 1]);
  unread.set(1, 101);
  expect(unread.stops(3)).toBe(true);
  unread.set(1, 100);
  expect(unread.stops(3)).toBe(false);
});

test('requests that are over count no longer', () => {
  const unread = new UnreadBytes(LIMITS);
  unread.set(1, 500);
  unread.set(1, 0);
  expect([unread.isFull(1), unread.stops(1), unread.largest()]).toEqual([false, false, undefined]);
});
