import { describe, expect, test } from 'vitest';
import { ContentLengthGuard } from '../../src/cgi/content-length-guard.ts';

describe('a body with a Content-Length', () => {
  test('lets through as many bytes, and tells what is missing or left over', () => {
    const guard = new ContentLengthGuard(10);
    expect(guard.missing).toBe(10);
    expect(guard.accept(4)).toBe(4);
    expect(guard.missing).toBe(6);
    expect(guard.surplus).toBe(0);
    expect(guard.accept(8)).toBe(6);
    expect(guard.missing).toBe(0);
    expect(guard.surplus).toBe(2);
    expect(guard.accept(3)).toBe(0);
    expect(guard.surplus).toBe(5);
  });

  test('that is reached exactly leaves nothing over', () => {
    const guard = new ContentLengthGuard(3);
    expect(guard.accept(3)).toBe(3);
    expect([guard.missing, guard.surplus]).toEqual([0, 0]);
  });

  test('of 0 lets nothing through', () => {
    const guard = new ContentLengthGuard(0);
    expect(guard.missing).toBe(0);
    expect(guard.accept(1)).toBe(0);
    expect(guard.surplus).toBe(1);
  });
});

test('a body without one may have any length', () => {
  const guard = new ContentLengthGuard(undefined);
  expect(guard.accept(1e9)).toBe(1e9);
  expect([guard.missing, guard.surplus]).toEqual([0, 0]);
});
