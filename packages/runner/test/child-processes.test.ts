import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../e2e/src/is-running.ts';
import { folderWith, Runner } from './support/runner.ts';

const child = `require('fs').writeFileSync('child.pid', String(process.pid));
  require('http').createServer((req, res) => res.end('x')).listen(0);
  if (process.send) process.on('disconnect', () => {});`;

const listens = "require('http').createServer((req, res) => res.end('served')).listen(3000);";

async function start(script: string, args: readonly string[] = []) {
  const cwd = await folderWith({ 'app.cjs': script, 'child.cjs': child });
  const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd });
  onTestFinished(() => {
    const pid = childOf(cwd);
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return { cwd, runner };
}

function childOf(cwd: string): number | undefined {
  const file = join(cwd, 'child.pid');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text === '' ? undefined : Number(text);
}

async function hasChild(cwd: string): Promise<number> {
  await expect.poll(() => childOf(cwd)).toBeDefined();
  return childOf(cwd)!;
}

test.each([
  [
    'fork()',
    "require('child_process').fork('child.cjs', ['secret'])",
    'a child process (node child.cjs)',
    'run that file, fcgi run child.cjs',
  ],
  [
    'spawn()',
    "require('child_process').spawn('node', ['--no-warnings', 'child.cjs'], { stdio: 'inherit' })",
    'a child process (node child.cjs)',
    'run that file, fcgi run child.cjs',
  ],
  [
    'exec()',
    "require('child_process').exec('node child.cjs')",
    'a child process (sh)',
    'let the file listen that fcgi run starts',
  ],
  [
    'a thread',
    "new (require('worker_threads').Worker)('./child.cjs')",
    'a thread',
    'let the file listen that fcgi run starts',
  ],
])(
  'a server behind %s is said not to be served, before the time to start is over',
  async (_what, script, what, remedy) => {
    const { cwd, runner } = await start(`${script};`, ['--start-timeout', '4s']);
    const [said] = await runner.says(/app\.cjs has not called listen\(\) so far, and exports nothing\. .*\n/);
    expect(said).toContain(
      `It has started ${what}. What listens there is not served over FastCGI: ${remedy}.`,
    );
    expect(said).not.toContain('secret');
    const pid = await hasChild(cwd);
    expect(await runner.exited).toBe(1);
    expect(runner.stderr.match(/What listens there/g)).toHaveLength(2);
    await expect.poll(() => isRunning(pid)).toBe(false);
  },
);

test('an application that listens itself may start what it likes, without a word', async () => {
  const { runner } = await start(`require('child_process').fork('child.cjs'); ${listens}`);
  await runner.serving();
  expect(runner.stderr).not.toMatch(/child process/);
  expect(await runner.get()).toBe('200 served');
});

test.runIf(process.platform === 'linux').each([
  ['without workers', []],
  ['with a worker', ['--workers', '1']],
])('%s, child processes of the application end with it', async (_what, args) => {
  const { cwd, runner } = await start(`require('child_process').fork('child.cjs'); ${listens}`, args);
  await runner.serving();
  const pid = await hasChild(cwd);
  expect(await runner.stop()).toBe(0);
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test.runIf(process.platform === 'linux').each([
  ['a worker that is killed', 'worker'],
  ['a parent that is killed', 'parent'],
])('child processes end with %s', async (_what, victim) => {
  const { cwd, runner } = await start(
    `console.log('worker', process.pid, 'starts');
     if (!require('fs').existsSync('child.pid')) require('child_process').fork('child.cjs'); ${listens}`,
    ['--workers', '1'],
  );
  await runner.serving();
  const pid = await hasChild(cwd);
  const [, worker] = /worker (\d+) starts/.exec(runner.stdout)!;
  process.kill(victim === 'worker' ? Number(worker) : runner.process.pid!, 'SIGKILL');
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test.runIf(process.platform === 'linux')('a process with a session of its own goes on', async () => {
  const { cwd, runner } = await start(
    `const options = { detached: true, stdio: 'ignore' };
     require('child_process').spawn('node', ['child.cjs'], options).unref(); ${listens}`,
    ['--workers', '1'],
  );
  await runner.serving();
  const pid = await hasChild(cwd);
  expect(await runner.stop()).toBe(0);
  expect(isRunning(pid)).toBe(true);
});

test('an application that ends when its child process has ended does not hide a failure', async () => {
  const { runner } = await start(
    `const { fork } = require('child_process');
     if (process.argv[2] === 'child') require('http').createServer().listen(0);
     else fork(__filename, ['child']).on('exit', (status) => process.exit(status));`,
    ['--start-timeout', '2s'],
  );
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/has not called listen\(\) on an http server within 2 s/);
  expect(runner.stderr).toMatch(/not served over FastCGI: let the file listen that fcgi run starts/);
});
