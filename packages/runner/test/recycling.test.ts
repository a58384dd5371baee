import { expect, test } from 'vitest';
import { recycleReason, spreadAge } from '../src/worker/recycling.ts';
import { folderWith, Runner } from './support/runner.ts';

test('a worker is replaced at a limit, not one before it', () => {
  const figures = { age: 60, memory: 300 * 1_048_576, requests: 1_000 };
  expect(recycleReason({}, figures)).toBeUndefined();
  expect(recycleReason({ maxRequests: 1_001 }, figures)).toBeUndefined();
  expect(recycleReason({ maxRequests: 1_000 }, figures)?.reason).toBe('it has had 1000 requests');
  expect(recycleReason({ maxAge: 61 }, figures)).toBeUndefined();
  expect(recycleReason({ maxAge: 60 }, figures)?.reason).toBe('it has served for 60 s');
  expect(recycleReason({ maxMemory: 301 * 1_048_576 }, figures)).toBeUndefined();
  expect(recycleReason({ maxMemory: 300 * 1_048_576 }, figures)?.reason).toBe('it takes 300 MiB of memory');
});

test('workers that have begun together end in the last tenth of their time, each at its own', () => {
  expect(spreadAge({ maxAge: 100, maxRequests: 7 }, 0)).toEqual({ maxAge: 100, maxRequests: 7 });
  expect(spreadAge({ maxAge: 100 }, 0.5)).toEqual({ maxAge: 95 });
  expect(spreadAge({ maxRequests: 7 }, 0.5)).toEqual({ maxRequests: 7 });
});

const limits: Record<string, [limit: string[], reason: RegExp]> = {
  requests: [['--max-requests', '5'], /is replaced: it has had \d+ requests/],
  age: [['--max-age', '0.3s'], /is replaced: it has served for \d+ s/],
  memory: [['--max-memory', '1M'], /is replaced: it takes \d+ MiB of memory/],
};

test.each(Object.entries(limits))(
  'a worker that has reached its limit of %s is replaced',
  async (_what, [limit, reason]) => {
    const cwd = await folderWith({
      'app.cjs': 'module.exports = (req, res) => res.end(String(process.pid));',
    });
    const runner = new Runner(['--listen', './s', '--workers', '1', ...limit, 'app.cjs'], { cwd });
    await runner.serving();
    const first = await runner.get();
    await expect
      .poll(async () => {
        const answer = await runner.get();
        expect(answer).toMatch(/^200 \d+$/);
        return answer;
      })
      .not.toBe(first);
    expect(runner.stderr).toMatch(reason);
    expect(await runner.stop()).toBe(0);
  },
);

test('limits that make no sense, or have nobody to replace, are 2', async () => {
  const cwd = await folderWith({ 'app.cjs': '' });
  for (const args of [
    ['--max-age', '3 weeks'],
    ['--max-memory', '0M'],
    ['--max-memory', '500'],
    ['--max-requests', '0'],
  ]) {
    expect(await new Runner(['--workers', '1', ...args, 'app.cjs'], { cwd }).exited, args.join(' ')).toBe(2);
  }
  const alone = new Runner(['--max-age', '1h', 'app.cjs'], { cwd });
  expect(await alone.exited).toBe(2);
  expect(alone.stderr).toMatch(/needs --workers/);
});
