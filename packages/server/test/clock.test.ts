import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Clock } from '../src/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
  };
});

function watched(clock = new Clock()) {
  const times: number[] = [];
  const watcher = { check: (now: number) => void times.push(now) };
  clock.watch(watcher);
  onTestFinished(() => clock.unwatch(watcher));
  return { clock, times, watcher };
}

describe('the clock', () => {
  test('tells the time while it is watched, and calls whoever watches it', () => {
    const { clock, times } = watched();
    expect(clock.now).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(clock.now).toBe(1_000);
    expect(times).toHaveLength(10);
    expect(times.at(-1)).toBe(1_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('has one timer for everybody', () => {
    const clock = new Clock();
    for (let i = 0; i < 100; i += 1) watched(clock);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('stands still while nobody watches it', () => {
    const { clock, watcher } = watched();
    vi.advanceTimersByTime(500);
    clock.unwatch(watcher);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(clock.now).toBe(500);
    const { times } = watched(clock);
    vi.advanceTimersByTime(100);
    expect(times).toEqual([600]);
  });

  test('goes on for the others when one no longer watches it', () => {
    const { clock, watcher } = watched();
    const { times } = watched(clock);
    clock.unwatch(watcher);
    clock.unwatch(watcher);
    vi.advanceTimersByTime(200);
    expect(times).toHaveLength(2);
  });

  test('lets somebody stop watching while he is called', () => {
    const { clock, times } = watched();
    const once = { check: () => clock.unwatch(once) };
    clock.watch(once);
    vi.advanceTimersByTime(300);
    expect(times).toHaveLength(3);
  });
});

test('time in which this process was busy hardly counts, because nobody could be heard', () => {
  const { clock, times } = watched();
  vi.advanceTimersByTime(100);
  // The process does nothing else for an hour; then one tick comes.
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
  vi.advanceTimersByTime(100);
  expect(clock.now).toBe(300);
  expect(times.at(-1)).toBe(300);
});
