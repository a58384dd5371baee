import { expect, test } from 'vitest';
import { AbandonedHandlers } from '../../src/engine/abandoned-handlers.ts';

test('an abandoned handler counts until it returns', () => {
  const handlers = new AbandonedHandlers<string>();
  handlers.remove('none');
  handlers.add('one', 0);
  handlers.add('two', 0);
  expect(handlers.size).toBe(2);
  handlers.remove('one');
  handlers.remove('one');
  expect(handlers.size).toBe(1);
  handlers.remove('two');
  expect(handlers.size).toBe(0);
});

test('an abandoned handler that never returns counts for 30 s', () => {
  const handlers = new AbandonedHandlers<string>();
  handlers.expire(100_000);
  handlers.add('one', 1_000);
  handlers.add('two', 2_000);
  handlers.expire(30_999);
  expect(handlers.size).toBe(2);
  handlers.expire(31_000);
  expect(handlers.size).toBe(1);
  handlers.expire(32_000);
  expect(handlers.size).toBe(0);
});
