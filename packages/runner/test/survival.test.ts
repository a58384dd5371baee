import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, openSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, fcgi, folderWith, Runner } from './support/runner.ts';

const answering = (word: string) => `module.exports = (req, res) => res.end('${word} ' + process.pid);`;

/** A runner with workers that was started in a folder of its own, reached as a shell reaches it. */
async function startIn(root: string, folder: string, args: readonly string[] = []): Promise<Runner> {
  const cwd = join(root, folder);
  const listen = ['--listen', join(root, 's'), '--workers', '1'];
  return new Runner([...listen, ...args, 'app.cjs'], { cwd, env: { PWD: cwd } }).serving();
}

const served = (root: string) => ask(`unix:${join(root, 's')}`, '/');

describe('when the folder in which it was started is deleted', () => {
  test('a reload and USR2 fail with the reason, and the worker from before goes on', async () => {
    const root = await folderWith({ 'release/app.cjs': answering('old') });
    const runner = await startIn(root, 'release');
    const before = await served(root);
    rmSync(join(root, 'release'), { recursive: true });
    runner.signal('SIGHUP');
    await runner.says(/could not be started: its folder \S+release does not exist any more\. Make it again/);
    await runner.says(/the reload has failed/);
    runner.signal('SIGUSR2');
    await runner.says(
      /this process goes on: the new process could not be started: its folder \S+release does not exist/,
    );
    expect(await served(root)).toBe(before);
    await mkdir(join(root, 'release'));
    await writeFile(join(root, 'release/app.cjs'), answering('new'));
    runner.signal('SIGHUP');
    await runner.says(/reloaded: all workers serve/);
    expect(await served(root)).toMatch(/^200 new /);
    expect(await runner.stop()).toBe(0);
  });

  test('a link that now leads to another release is followed by HUP, and by USR2', async () => {
    const root = await folderWith({ '1/app.cjs': answering('first'), '2/app.cjs': answering('second') });
    const link = (to: string) => {
      symlinkSync(to, join(root, 'next'));
      renameSync(join(root, 'next'), join(root, 'current'));
    };
    link('1');
    const runner = await startIn(root, 'current');
    expect(await served(root)).toMatch(/^200 first /);
    link('2');
    rmSync(join(root, '1'), { recursive: true });
    runner.signal('SIGHUP');
    await runner.says(/reloaded: all workers serve/);
    expect(await served(root)).toMatch(/^200 second /);
    runner.signal('SIGUSR2');
    const [, successor] = await runner.says(/process (\d+) serves/);
    onTestFinished(() => {
      if (existsSync(`/proc/${successor}`)) process.kill(Number(successor), 'SIGKILL');
    });
    expect(await served(root)).toMatch(/^200 second /);
    process.kill(Number(successor), 'SIGTERM');
    expect(await runner.exited).toBe(0);
  });
});

test('a Node that is no longer there ends neither the runner nor its workers', async () => {
  const root = await folderWith({ 'app.cjs': answering('old') });
  const node = join(root, 'node');
  copyFileSync(process.execPath, node);
  const child = spawn(node, [fcgi, 'run', '--listen', './s', '--workers', '1', 'app.cjs'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const says = (pattern: RegExp) => expect.poll(() => stderr).toMatch(pattern);
  await says(/is served on/);
  const before = await served(root);
  rmSync(node);
  child.kill('SIGUSR2');
  await says(/this process goes on: the new process could not be started: \S+node does not exist any more/);
  child.kill('SIGHUP');
  await says(/the reload has failed/);
  expect(await served(root)).toBe(before);
});

test.runIf(existsSync('/dev/full')).each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])('a full disk under its outputs costs lines, and no request: %s', async (_how, args) => {
  const app = `module.exports = (req, res) => { console.log('asked'); console.error('asked'); res.end('there'); };`;
  const root = await folderWith({ 'app.cjs': app });
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [fcgi, 'run', '--listen', './s', ...args, 'app.cjs'], {
    cwd: root,
    stdio: ['ignore', full, full],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(() => served(root).catch(() => '')).toBe('200 there');
  expect(await served(root)).toBe('200 there');
  expect(child.exitCode).toBeNull();
});

describe('signals that come before it serves', () => {
  /** A runner whose application says that it is being loaded, and is held there until a file is there. */
  async function loading(args: readonly string[], wait: string) {
    const cwd = await folderWith({
      'app.cjs': `process.stderr.write('loading'); ${wait} ${answering('there')}`,
    });
    const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd });
    return { cwd, runner };
  }
  const untilFile = `while (!require('node:fs').existsSync('go'));`;

  test('HUP waits, and what was being loaded is loaded once more', async () => {
    const { cwd, runner } = await loading(['--workers', '1'], untilFile);
    await runner.says(/loading/);
    runner.signal('SIGHUP');
    await runner.says(/reloading/);
    await writeFile(join(cwd, 'go'), '');
    await runner.says(/is served on .*\n(?:.*\n)*fcgi: reloaded: all workers serve generation 2/);
    expect(await runner.stop()).toBe(0);
  });

  test.each(['SIGHUP', 'SIGUSR1'] as const)(
    '%s does no harm before the command itself has been loaded',
    async (signal) => {
      const cwd = await folderWith({
        'app.cjs': answering('there'),
        // In the command, not in its workers: as early as it can hear anything.
        'early.cjs': `if (process.argv[2] === 'run') process.on('newListener', (name) => {
          if (name === '${signal}') setImmediate(() => process.kill(process.pid, '${signal}'));
        });`,
      });
      const env = { NODE_OPTIONS: `--require ${join(cwd, 'early.cjs')}` };
      const runner = await new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], {
        cwd,
        env,
      }).serving();
      expect(await runner.get()).toMatch(/^200 there/);
      expect(runner.stderr).not.toMatch(/[Dd]ebugger/);
    },
  );

  test('TERM ends it with a reason, also where the application blocks while it is loaded', async () => {
    const { runner } = await loading(['--workers', '1'], 'for (;;);');
    await runner.says(/loading/);
    expect(await runner.stop()).toBe(0);
    expect(runner.stderr).toMatch(/SIGTERM: ended before app\.cjs was served/);
  });

  test('TERM ends an application that blocks while it is loaded, alone, as Node itself does', async () => {
    const { runner } = await loading([], 'for (;;);');
    await runner.says(/loading/);
    expect(await runner.stop()).toBe('SIGTERM');
  });
});

describe.each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])('an application that blocks while it is loaded, %s', (_how, args) => {
  test.each([
    ['in a loop', 'function spin() { for (;;); } spin();', /It is here:\n(?:.*\n)*.*at spin .*app\.cjs:1:/],
    ['in a system call', `require('node:child_process').execSync('sleep 30');`, /Where is not to be had/],
  ])('%s, is ended after --start-timeout, with where it was', async (_where, app, where) => {
    const cwd = await folderWith({ 'app.cjs': app });
    const runner = new Runner(['--listen', './s', '--start-timeout', '1s', ...args, 'app.cjs'], { cwd });
    const status = await runner.exited;
    expect(runner.stderr).toMatch(/has not been loaded within 1 s \(--start-timeout\), and blocks/);
    expect(runner.stderr).toMatch(where);
    if (/loop/.test(_where)) expect(status).toBe(1);
    else expect([1, 'SIGKILL']).toContain(status);
  });
});

test('a worker is ready only when it is looked after: a reload without that fails', async () => {
  const cwd = await folderWith({
    'app.cjs': answering('old'),
    'threads.cjs': `if (!require('node:worker_threads').isMainThread && require('node:fs').existsSync('deny')) throw new Error('denied');`,
  });
  const env = { NODE_OPTIONS: `--require ${join(cwd, 'threads.cjs')}` };
  const runner = await new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd, env }).serving();
  const before = await runner.get();
  await writeFile(join(cwd, 'deny'), '');
  runner.signal('SIGHUP');
  await runner.says(/the thread that looks after this worker has failed: denied/);
  await runner.says(/the reload has failed/);
  expect(runner.stderr).not.toMatch(/reloaded/);
  expect(await runner.get()).toBe(before);
});

test.runIf(process.platform === 'linux')(
  'running out of descriptors while a worker is started is a failed reload, and says so',
  async () => {
    const root = await folderWith({ 'app.cjs': answering('old') });
    const runner = await startIn(root, '.');
    const open = readFileSync(`/proc/${runner.process.pid}/limits`, 'utf8');
    expect(open).toMatch(/Max open files/);
    const lower = spawn('prlimit', [`--pid=${runner.process.pid}`, '--nofile=24:4096'], { stdio: 'ignore' });
    await new Promise((resolve) => lower.once('close', resolve));
    const before = await served(root);
    runner.signal('SIGHUP');
    await runner.says(/could not be started: no more files can be opened \(EMFILE\)\. Raise the limit/);
    await runner.says(/the reload has failed/);
    expect(await served(root)).toBe(before);
  },
);
