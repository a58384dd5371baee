import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FreshFigures } from '../../src/status/fresh-figures.ts';
import { PoolStatus } from '../../src/status/pool-status.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(ids: readonly number[]) {
  const report = vi.fn(() => ids);
  const figures = new FreshFigures(new PoolStatus({ manager: 'static', name: 'app.js' }), report);
  let isTold = false;
  const told = figures.snapshot().then(() => {
    isTold = true;
  });
  return { figures, isTold: () => isTold, report, told };
}

test('the status is told as soon as all workers have told their figures', async () => {
  const { figures, isTold, told } = start([1, 2]);
  figures.heard(1);
  figures.heard(1);
  figures.heard(3);
  await vi.advanceTimersByTimeAsync(0);
  expect(isTold()).toBe(false);
  figures.heard(2);
  await told;
  expect(vi.getTimerCount()).toBe(0);
});

test('a worker that says nothing is waited for, but not for long', async () => {
  const { isTold } = start([1]);
  await vi.advanceTimersByTimeAsync(199);
  expect(isTold()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isTold()).toBe(true);
});

test('all who ask at once are one question, who asks later is another', async () => {
  const { figures, report, told } = start([1]);
  const second = figures.snapshot();
  figures.heard(1);
  await Promise.all([told, second]);
  expect(report).toHaveBeenCalledTimes(1);
  const third = figures.snapshot();
  expect(report).toHaveBeenCalledTimes(2);
  figures.heard(1);
  await third;
});

test('where nobody can be asked, the answer is there at once', async () => {
  await start([]).told;
});
