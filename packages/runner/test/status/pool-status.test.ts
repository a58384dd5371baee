import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_TOTALS } from '../../src/status/figures.ts';
import { PoolStatus } from '../../src/status/pool-status.ts';
import { FIGURES } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const status = () => new PoolStatus({ manager: 'static', name: 'app.js' });
const states = (of: PoolStatus) => of.snapshot().workers.map(({ state }) => state);

test('a worker is starting, idle, running, blocked and stopping', () => {
  const pool = status();
  pool.spawned(1, 1, 700);
  expect(states(pool)).toEqual(['Starting']);
  pool.ready(1);
  expect(states(pool)).toEqual(['Idle']);
  pool.told(1, FIGURES);
  expect(states(pool)).toEqual(['Running']);
  pool.told(1, { ...FIGURES, activeRequests: 0 });
  expect(states(pool)).toEqual(['Idle']);
  vi.advanceTimersByTime(2000);
  expect(states(pool)).toEqual(['Idle']);
  vi.advanceTimersByTime(500);
  expect(pool.snapshot().workers).toMatchObject([{ pid: 700, silence: 2.5, state: 'Blocked' }]);
  pool.told(1, FIGURES);
  expect(states(pool)).toEqual(['Running']);
  pool.stopping(1);
  vi.advanceTimersByTime(5000);
  expect(states(pool)).toEqual(['Stopping']);
  pool.exited(1, false);
  expect(states(pool)).toEqual([]);
});

test('a worker that starts for a long time is not blocked', () => {
  const pool = status();
  pool.spawned(1, 1, 700);
  vi.advanceTimersByTime(20_000);
  expect(states(pool)).toEqual(['Starting']);
});

test('what workers have done that are gone still counts', () => {
  const pool = status();
  expect(pool.snapshot()).toMatchObject({ startTime: 1000, time: 1000, totals: NO_TOTALS });
  for (const id of [1, 2]) {
    pool.spawned(id, 1, 700 + id);
    pool.ready(id);
    pool.told(id, FIGURES);
  }
  pool.exited(1, true);
  pool.told(2, { ...FIGURES, requests: 4 });
  const { counts, maxActive, totals } = pool.snapshot();
  expect(totals.requests).toBe(7);
  expect(maxActive).toBe(2);
  expect(counts).toEqual({ crashes: 1, recycles: 0, reloads: 0, starts: 2 });
});

test('reloads and recycling are counted, and what is not there changes nothing', () => {
  const pool = status();
  pool.recycled();
  pool.reloaded(2);
  pool.told(5, FIGURES);
  pool.ready(5);
  pool.stopping(5);
  pool.exited(5, false);
  expect(pool.snapshot()).toMatchObject({
    counts: { crashes: 0, recycles: 1, reloads: 1, starts: 0 },
    generation: 2,
    totals: NO_TOTALS,
    workers: [],
  });
});
