import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, fcgi, folderWith, Runner } from '../support/runner.ts';

async function start(script: string, args: readonly string[] = []) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = new Runner(['--listen', './s', '--workers', '1', ...args, 'app.cjs'], { cwd });
  await runner.serving();
  return { cwd, runner };
}

const talkative = `module.exports = (req, res) => {
  console.log('asked for', req.url);
  console.error('hm,\\nno');
  res.end(String(process.pid));
};`;

test('each line of a worker has its number and process before it, and stays in its stream', async () => {
  const { runner } = await start(talkative);
  const [, pid] = (await runner.get('/a')).split(' ');
  await expect.poll(() => runner.stdout).toBe(`worker 1 (${pid}) | asked for /a\n`);
  await runner.says(new RegExp(`^worker 1 \\(${pid}\\) \\| hm,\nworker 1 \\(${pid}\\) \\| no$`, 'm'));
});

test('lines stay as they are where that is wanted', async () => {
  const { runner } = await start(talkative, ['--plain-output']);
  await runner.get('/a');
  await expect.poll(() => runner.stdout).toBe('asked for /a\n');
  await runner.says(/^hm,\nno$/m);
});

test('what workers print goes to a file, and to a new one after SIGUSR1, apart from what says what happens', async () => {
  const { cwd, runner } = await start(talkative, ['--output', 'output']);
  const file = (name: string) => readFileSync(join(cwd, name), 'utf8');
  await runner.get('/a');
  await expect.poll(() => file('output')).toMatch(/^\S+Z worker 1 \(\d+\) stdout \| asked for \/a$/m);
  await expect.poll(() => file('output')).toMatch(/^\S+Z worker 1 \(\d+\) stderr \| no$/m);
  renameSync(join(cwd, 'output'), join(cwd, 'before'));
  runner.signal('SIGUSR1');
  await runner.says(/reopening logs/);
  await runner.get('/b');
  await expect.poll(() => file('output')).toMatch(/\| asked for \/b$/m);
  expect(file('before')).not.toContain('/b');
  expect(await runner.stop()).toBe(0);
  expect(runner.stdout).toBe('');
  expect(runner.stderr.replace(/^fcgi: .*\n/gm, '')).toBe('');
});

test('what a worker prints last before it crashes is not lost: a thousand lines, and one without an end', async () => {
  const { runner } = await start(`module.exports = (req, res) => {
    process.stdout.write('x'.repeat(99).concat('\\n').repeat(1000));
    process.stderr.write('last words without an end');
    process.kill(process.pid, 'SIGKILL');
  };`);
  await runner.get().catch(() => {});
  await runner.says(/worker 1 \(process \d+\) has ended: SIGKILL/);
  // On a busy machine, the end may be said first: a process that is left behind could hold the output open for ever.
  await runner.says(/^worker 1 \(\d+\) \| last words without an end\n/m);
  await expect.poll(() => runner.stdout.match(/x{99}\n/g)?.length).toBe(1000);
});

test('a process that the application leaves behind does not hide that its worker has ended', async () => {
  const { runner } = await start(`module.exports = (req, res) => {
    const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true });
    res.end(String(child.pid), () => setImmediate(() => process.exit(3)));
  };`);
  const [, pid] = (await runner.get()).split(' ');
  onTestFinished(() => void process.kill(Number(pid), 'SIGKILL'));
  await runner.says(/worker 1 \(process \d+\) has ended: exit status 3/);
  await expect.poll(() => runner.get('/').catch(() => '')).toMatch(/^200/);
});

test('a parent whose output nobody reads goes on, and so do its workers', async () => {
  const app = `module.exports = (req, res) => {
    console.error('x'.repeat(60000));
    res.end('there');
  };`;
  const cwd = await folderWith({ 'app.cjs': app });
  // A pipe of the shell, which is read once and then no more.
  const shell = spawn(
    'sh',
    ['-c', '{ "$@" 2>&1 & echo $! >&3; } | { read first; echo "$first" >&4; exec sleep 60; }', 'sh'].concat([
      process.execPath,
      fcgi,
      'run',
      '--listen',
      './s',
      '--workers',
      '1',
      'app.cjs',
    ]),
    { cwd, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  onTestFinished(async () => {
    process.kill(-shell.pid!, 'SIGKILL');
    await once(shell, 'close');
  });
  const [said] = await once(shell.stdio[4]!, 'data');
  expect(String(said)).toMatch(/^fcgi: /);
  const address = `unix:${join(cwd, 's')}`;
  for (let count = 0; count < 10; count += 1) expect(await ask(address, '/')).toBe('200 there');
});

test('--output without workers makes no sense', async () => {
  const cwd = await folderWith({ 'app.cjs': talkative });
  const runner = new Runner(['--output', 'x', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(2);
  expect(runner.stderr).toMatch(/needs --workers/);
});
