import { describe, expect, test } from 'vitest';
import { describeResources } from '../src/stuck-requests.ts';
import { Pulse } from '../src/watchdog/pulse.ts';
import { folderWith, Runner } from './support/runner.ts';

const app = {
  'app.cjs': `const { execSync } = require('node:child_process');
    function spin() { for (;;); }
    module.exports = (req, res) => {
      if (req.url.startsWith('/stuck')) return setTimeout(() => {}, 100_000);
      if (req.url === '/begun') return res.write('begun ');
      if (req.url === '/spin') return spin();
      if (req.url === '/regex') return /(a+)+$/.test('a'.repeat(60) + 'b');
      if (req.url === '/sleep') return execSync('sleep 5');
      if (req.url === '/long') { const end = Date.now() + 1_000; while (Date.now() < end); }
      res.end('served');
    };`,
};
const ways: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['alone', []],
  ['in a worker', ['--workers', '1']],
];

async function start(args: readonly string[]): Promise<Runner> {
  const cwd = await folderWith(app);
  return new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd }).serving();
}

describe.each(ways)('%s', (_how, args) => {
  test('a stuck request is ended with 504 and told, its neighbours are served', async () => {
    const runner = await start([...args, '--request-timeout', '0.5s']);
    const stuck = runner.get('/stuck?a=b%0a');
    expect(await runner.get('/')).toBe('200 served');
    expect(await stuck).toMatch(/^504 504 Gateway Timeout/);
    await runner.says(
      /GET \/stuck\?a=b%0a was ended after 0\.5 s\. .* all of this process waits for: .*\d Timeout/,
    );
    expect(await runner.get('/')).toBe('200 served');
    await expect(runner.get('/begun')).rejects.toThrow();
    expect(await runner.stop()).toBe(0);
  });

  test('a blocked event loop ends the process, and its place is in the log', async () => {
    const runner = await start([...args, '--blocked-timeout', '0.5s']);
    await expect(runner.get('/spin')).rejects.toThrow();
    await runner.says(/the event loop has been blocked for 0\.5 s: process \d+ is ended\. It is here:\n/);
    expect(runner.stderr).toMatch(
      /\n(?:worker .* \| )? {4}at spin \(.*app\.cjs:2:\d+\)\n(?:worker .* \| )? {4}at .*app\.cjs:6:\d+\)\n/,
    );
  });
});

test('a worker that was blocked is replaced', async () => {
  const runner = await start(['--workers', '1', '--blocked-timeout', '0.5s']);
  for (const path of ['/regex', '/spin']) {
    await expect(runner.get(path)).rejects.toThrow();
    expect(await runner.get('/')).toBe('200 served');
  }
  expect(runner.stderr.match(/has ended: SIGKILL/g)).toHaveLength(2);
  // A request that comes as soon as the next worker listens, before the thread that watches it stands, is no exception.
  expect(runner.stderr).not.toMatch(/was not ready/);
  expect(runner.stderr).toMatch(/at RegExp\.test .*\nworker .* \| {5}at .*app\.cjs:7:/);
});

test('alone it ends so that whoever has started it sees a failure', async () => {
  const runner = await start(['--blocked-timeout', '0.5s']);
  await expect(runner.get('/spin')).rejects.toThrow();
  expect(await runner.exited).toBe('SIGKILL');
});

test('what is blocked in a system call has no stack, which is said', async () => {
  const runner = await start(['--blocked-timeout', '0.5s']);
  await expect(runner.get('/sleep')).rejects.toThrow();
  await runner.says(/process \d+ is ended\. Where is not to be had: it is in native code or a system call/);
});

test('the time for requests is that for the event loop, too, where nothing else is said', async () => {
  const runner = await start(['--request-timeout', '0.5s']);
  await expect(runner.get('/spin')).rejects.toThrow();
  await runner.says(/the event loop has been blocked for 0\.5 s/);
});

test('an event loop that is blocked for less goes on, also while the application is loaded', async () => {
  const cwd = await folderWith({
    'app.cjs': `const end = Date.now() + 3_500; while (Date.now() < end); ${app['app.cjs']}`,
  });
  const args = ['--listen', './s', '--blocked-timeout', '3s', 'app.cjs'];
  const runner = await new Runner(args, { cwd }).serving();
  expect(await runner.get('/long')).toBe('200 served');
  expect(await runner.get('/long')).toBe('200 served');
  expect(await runner.stop()).toBe(0);
});

test('who may stop at a breakpoint is not watched', async () => {
  const cwd = await folderWith(app);
  const runner = await new Runner(
    ['--listen', './s', '--workers', '1', '--blocked-timeout', '0.3s', 'app.cjs'],
    { cwd, env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } },
  ).serving();
  expect(await runner.get('/long')).toBe('200 served');
  expect(runner.stderr).not.toMatch(/blocked/);
});

describe('a pulse', () => {
  /** Looks every 100 ms; heartbeats by their time. */
  function blockedAt(pulse: Pulse, times: readonly number[], beat: (time: number) => number) {
    return times.find((time) => pulse.isBlocked(beat(time), time));
  }
  const everyTenth = Array.from({ length: 100 }, (_, index) => 1_000 + index * 100);

  test('that stops is noticed after the time-out, counted from the last beat that was seen', () => {
    expect(blockedAt(new Pulse(500, 100), everyTenth, (time) => Math.min(time, 3_000))).toBe(3_500);
    expect(blockedAt(new Pulse(500, 100), everyTenth, (time) => time)).toBeUndefined();
  });

  test('that has not begun, or is not to be watched, is no alarm', () => {
    expect(blockedAt(new Pulse(500, 100), everyTenth, () => 0)).toBeUndefined();
    expect(blockedAt(new Pulse(500, 100), everyTenth, (time) => (time > 3_000 ? 0 : time))).toBeUndefined();
  });

  test('counts a machine that slept for an hour as two looks', () => {
    const pulse = new Pulse(500, 100);
    pulse.isBlocked(7, 0);
    pulse.isBlocked(7, 100);
    expect(pulse.isBlocked(7, 3_600_000)).toBe(false);
    expect(pulse.isBlocked(7, 3_600_100)).toBe(false);
    expect(pulse.isBlocked(7, 3_600_200)).toBe(true);
  });
});

test('what a process waits for is counted', () => {
  expect(describeResources(['Timeout', 'TCPSocketWrap', 'Timeout'])).toBe('2 Timeout, 1 TCPSocketWrap');
  expect(describeResources([])).toBe('nothing');
});
