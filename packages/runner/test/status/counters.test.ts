import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, folderWith, Runner } from '../support/runner.ts';

/** How often the workers are reloaded; for longer runs, `RUN_RELOADS=50`. */
const RELOADS = Number(process.env['RUN_RELOADS'] ?? 3);

const application = `module.exports = (req, res) => {
    if (req.url === '/crash') res.on('close', () => setTimeout(() => { throw new Error('crash'); }));
    if (req.url === '/exit') res.on('close', () => setTimeout(() => process.exit(1)));
    res.end('served');
  };`;

async function start(words: readonly string[]) {
  const cwd = await folderWith({ 'app.cjs': application });
  const runner = new Runner(
    [
      ...['--listen', './s', '--access-log', 'log', '--status-listen', 'http://127.0.0.1:0'],
      ...words,
      'app.cjs',
    ],
    { cwd },
  );
  const [, url] = await runner.says(/its status is served on (\S+)/);
  await runner.serving();
  return {
    counted: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return {
        requests: Number(/^fcgi_requests_total (\d+)$/m.exec(text)?.[1]),
        timed: Number(/^fcgi_request_duration_seconds_count (\d+)$/m.exec(text)?.[1]),
      };
    },
    get: (path: string) => ask(`unix:${join(cwd, 's')}`, path),
    logged: () => readFileSync(join(cwd, 'log'), 'utf8').split('\n').length - 1,
    runner,
  };
}

const timeout = 60_000 + RELOADS * 5_000;

test('counters agree with the access log after reloads and recycling under load, and never go back', {
  timeout,
}, async () => {
  const { counted, get, logged, runner } = await start(['--workers', '2', '--max-requests', '40']);
  let isOver = false;
  let sent = 0;
  const load = async () => {
    while (!isOver) {
      expect(await get('/')).toBe('200 served');
      sent += 1;
    }
  };
  const watch = async () => {
    let before = await counted();
    while (!isOver) {
      const now = await counted();
      expect(now.requests).toBeGreaterThanOrEqual(before.requests);
      expect(now.timed).toBeGreaterThanOrEqual(before.timed);
      before = now;
    }
  };
  const loads = [load(), load(), load(), watch()];
  for (let generation = 2; generation < RELOADS + 2; generation += 1) {
    runner.signal('SIGHUP');
    await runner.says(new RegExp(`all workers serve generation ${generation}\\n`));
  }
  isOver = true;
  await Promise.all(loads);
  // What has ended in a worker is told within a moment.
  await expect.poll(counted).toEqual({ requests: sent, timed: sent });
  expect(logged()).toBe(sent);
});

test.each([
  ['throws', '/crash'],
  ['ends its process', '/exit'],
])('what a worker has served is counted when its application %s', async (_how, path) => {
  const { counted, get, logged, runner } = await start(['--workers', '1']);
  for (const each of ['/', '/', path]) expect(await get(each)).toBe('200 served');
  await runner.says(/worker 1 \(process \d+\) has ended/);
  // What it has told last may be read after its end was seen.
  await expect.poll(counted).toEqual({ requests: 3, timed: 3 });
  expect(logged()).toBe(3);
});
