import { existsSync, rmSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, folderWith, Runner } from './support/runner.ts';

const application = 'module.exports = (req, res) => res.end(String(process.pid));';

/** A runner whose socket is in a folder of its own, and the address of that. */
async function servingIn(folder: string, words: readonly string[]) {
  const cwd = await folderWith({ 'app.cjs': application, [`${folder}/.keep`]: '' });
  const path = join(cwd, folder, 's');
  const runner = new Runner(['--listen', path, ...words, 'app.cjs'], { cwd });
  await runner.serving();
  return { cwd, path, runner };
}

describe.each([
  ['alone', []],
  ['with workers', ['--workers', '2', '--status-listen', 'http://127.0.0.1:0']],
  ['on demand', ['--workers', '1', '--on-demand']],
])('%s', (_how, words) => {
  test('a socket file that was removed is made anew, and serves', async () => {
    const { path, runner } = await servingIn('run', words);
    await rm(path);
    await runner.says(/the socket file of unix:\S+ has gone: it was removed or replaced/);
    await runner.says(/the socket file of unix:\S+ has been made anew/);
    expect(await ask(`unix:${path}`, '/')).toMatch(/^200 \d+$/);
    expect(await runner.stop()).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test('without its folder, the reason is told once, and the file is made as soon as that is possible', async () => {
    const { cwd, path, runner } = await servingIn('run', words);
    await rename(join(cwd, 'run'), join(cwd, 'moved'));
    await runner.says(
      /could not be made anew, which is tried again: There is no folder \S+\/run for the socket/,
    );
    await mkdir(join(cwd, 'run'));
    await runner.says(/has been made anew/);
    expect(await ask(`unix:${path}`, '/')).toMatch(/^200 \d+$/);
    expect(runner.stderr.match(/has gone|could not be made/g)).toEqual(['has gone', 'could not be made']);
    expect(await runner.stop()).toBe(0);
  });
});

test('a socket that another process has put in its place is left to it, and that is said', async () => {
  const { path, runner } = await servingIn('run', ['--workers', '1']);
  await rm(path);
  const other = createServer().listen(path);
  await runner.says(/could not be made anew, which is tried again: Another process listens on/);
  expect(await runner.stop()).toBe(0);
  expect(existsSync(path)).toBe(true);
  await new Promise((resolve) => other.close(resolve));
});

test('what has taken the place of another by USR2 looks after the file, too', async () => {
  const { path, runner } = await servingIn('run', ['--workers', '1', '--pid-file', 'pid']);
  runner.signal('SIGUSR2');
  const [, pid] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
  onTestFinished(() => void process.kill(Number(pid), 'SIGTERM'));
  await rm(path);
  await expect.poll(() => runner.stderr).toContain('has been made anew');
  expect(await ask(`unix:${path}`, '/')).toMatch(/^200 \d+$/);
});

test.each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])(
  'a socket file that is removed in the moment in which it is made is made once more: %s',
  async (_how, words) => {
    const { path, runner } = await servingIn('run', words);
    await rm(path);
    for (let times = 0; times < 3; times += 1) {
      await new Promise<void>((resolve) => {
        const looking = setInterval(() => {
          if (!existsSync(path)) return;
          rmSync(path);
          clearInterval(looking);
          resolve();
        });
      });
    }
    await expect.poll(() => ask(`unix:${path}`, '/').catch(String), { timeout: 10_000 }).toMatch(/^200 \d+$/);
    expect(await runner.stop()).toBe(0);
    expect(existsSync(path)).toBe(false);
  },
);

/** Serves at once, and in a later process when a file is there. */
const slowLater = `const { existsSync, writeFileSync } = require('node:fs');
const server = require('node:http').createServer((req, res) => res.end(String(process.pid)));
const start = () => (existsSync('go') ? server.listen(80) : setTimeout(start, 20));
if (existsSync('first')) { writeFileSync('later', ''); start(); }
else { writeFileSync('first', ''); server.listen(80); }`;

test.each(['succeeds', 'fails'])(
  'a socket file that is removed while another process starts in the place of this one is made anew, and the start %s',
  async (outcome) => {
    const cwd = await folderWith({ 'app.cjs': slowLater });
    const path = join(cwd, 's');
    const words = ['--listen', path, '--workers', '1', '--start-timeout', outcome === 'fails' ? '1.5' : '30'];
    const runner = new Runner([...words, 'app.cjs'], { cwd });
    await runner.serving();
    runner.signal('SIGUSR2');
    await expect.poll(() => existsSync(join(cwd, 'later')), { timeout: 10_000 }).toBe(true);
    await rm(path);
    if (outcome === 'succeeds') {
      await mkdir(join(cwd, 'go'));
      const [, pid] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
      onTestFinished(() => void process.kill(Number(pid), 'SIGTERM'));
    } else await runner.says(/starting anew has failed, and this process goes on/);
    await runner.says(/has been made anew/);
    if (outcome === 'fails') {
      // The application cannot be loaded, but no worker of before serves the new socket.
      await runner.says(/the reload has failed.* not on the new socket: it is tried again in/);
      await mkdir(join(cwd, 'go'));
    }
    await expect.poll(() => ask(`unix:${path}`, '/').catch(String), { timeout: 10_000 }).toMatch(/^200 \d+$/);
  },
);
