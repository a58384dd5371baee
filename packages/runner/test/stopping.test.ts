import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const slow = `let finish;
  process.on('SIGUSR2', () => finish('done'));
  module.exports = (req, res) => {
    res.write('begun ');
    finish = (text) => res.end(text);
    process.stderr.write('waiting');
  };`;

async function withRequestUnderWay(args: readonly string[] = []) {
  const cwd = await folderWith({ 'app.cjs': slow });
  const runner = await new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd }).serving();
  const answer = runner.get().catch(() => 'broken off');
  await runner.says(/waiting/);
  return { answer, cwd, runner };
}

test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s lets the request under way end', async (signal) => {
  const { answer, cwd, runner } = await withRequestUnderWay();
  runner.signal(signal);
  await expect.poll(() => existsSync(`${cwd}/s`)).toBe(false);
  runner.signal('SIGUSR2');
  expect(await answer).toBe('200 begun done');
  expect(await runner.exited).toBe(0);
});

test('a second signal ends at once, with a failure', async () => {
  const { answer, cwd, runner } = await withRequestUnderWay();
  runner.signal('SIGTERM');
  await expect.poll(() => existsSync(`${cwd}/s`)).toBe(false);
  runner.signal('SIGTERM');
  expect(await runner.exited).toBe(1);
  expect(await answer).toBe('broken off');
  expect(runner.stderr).toMatch(/SIGTERM: ended at once/);
});

test.each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])('a second signal leaves nothing of the gateway behind, %s', async (_how, args) => {
  const cwd = await folderWith({ 'app.cjs': slow });
  const runner = new Runner([...args, 'app.cjs'], { cwd, env: { TMPDIR: cwd } });
  const [, url = ''] = await runner.says(/is served on (http:\S+)/);
  expect(readdirSync(cwd)).toHaveLength(2);
  const answer = fetch(url).then((response) => response.text());
  answer.catch(() => {});
  await runner.says(/waiting/);
  runner.signal('SIGTERM');
  await expect.poll(() => fetch(url).catch(() => 'refused')).toBe('refused');
  runner.signal('SIGTERM');
  expect(await runner.exited).toBe(1);
  expect(readdirSync(cwd)).toEqual(['app.cjs']);
  await expect(answer).rejects.toThrow();
});

test.each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])('after the time to stop the rest is broken off, which is said: %s', async (_how, args) => {
  const { answer, runner } = await withRequestUnderWay([...args, '--stop-timeout', '0.2']);
  runner.signal('SIGTERM');
  expect(await runner.exited).toBe(0);
  expect(await answer).toBe('broken off');
  expect(runner.stderr).toMatch(
    /fcgi: 1 request was cut off: not over 0\.2 s after this process was to stop\. For longer ones, raise --stop-timeout/,
  );
});

test('an application with open timers ends all the same', async () => {
  const cwd = await folderWith({
    'app.cjs': 'setInterval(() => {}, 1000); module.exports = (req, res) => res.end();',
  });
  const runner = await new Runner(['--listen', './s', 'app.cjs'], { cwd }).serving();
  expect(await runner.stop()).toBe(0);
});

test('an application that handles the signal itself ends as it wants to', async () => {
  const cwd = await folderWith({
    'app.cjs': `const server = require('http').createServer((req, res) => res.end()).listen(3000);
      process.on('SIGTERM', () => server.close(() => setTimeout(() => { console.log('tidied up'); process.exit(7); }, 50)));`,
  });
  const runner = await new Runner(['--listen', './s', 'app.cjs'], { cwd }).serving();
  expect(await runner.stop()).toBe(7);
  expect(runner.stdout).toBe('tidied up\n');
});

test.each([
  ['alone', []],
  ['as a parent of workers', ['--workers', '1']],
])('whoever reads its log may go: %s it goes on serving', async (_title, args) => {
  const app = `module.exports = (req, res) => {
    console.log('asked for', req.url);
    console.error('asked for', req.url);
    res.end('there');
  };`;
  const cwd = await folderWith({ 'app.cjs': app });
  const runner = await new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd }).serving();
  runner.process.stdout?.destroy();
  runner.process.stderr?.destroy();
  for (let count = 0; count < 3; count += 1) expect(await runner.get()).toBe('200 there');
  // The parent says something now, which nobody reads.
  if (args.length > 0) runner.signal('SIGHUP');
  for (let count = 0; count < 3; count += 1) expect(await runner.get()).toBe('200 there');
  expect(await runner.stop()).toBe(0);
});
