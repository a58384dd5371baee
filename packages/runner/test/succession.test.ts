import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderWith, Runner, type RunnerOptions } from './support/runner.ts';

const application = (word: string) => `module.exports = (req, res) => {
    if (req.url === '/held') {
      res.write('begun ');
      process.on('SIGUSR2', () => res.end('done'));
      console.log('waiting', process.pid);
    } else if (req.url === '/env') res.end(Object.keys(process.env).filter((name) => /^FCGI_RUN/.test(name)).join());
    else res.end('${word} ' + process.ppid);
  };`;

async function start(config: object = {}, env: RunnerOptions['env'] = {}, program = application('old')) {
  const listen = { listen: './s', workers: 2, pidFile: 'pid' };
  const cwd = await folderWith({
    'app.cjs': program,
    'fcgi.config.json': JSON.stringify({ app: 'app.cjs', ...listen, ...config }),
  });
  // Others than this user may have to get in.
  chmodSync(cwd, 0o755);
  const runner = await new Runner([], { cwd, env }).serving();
  // A successor is nobody's child here.
  onTestFinished(() => {
    for (const [, pid] of runner.stderr.matchAll(/process (\d+) serves/g)) kill(Number(pid));
  });
  return { cwd, pidFile: join(cwd, 'pid'), runner };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The parent that the process behind an answer has. */
async function answering(runner: Runner): Promise<string[]> {
  return (await runner.get()).split(' ').slice(1);
}

test('USR2 starts the whole runner anew, with its socket, its pid file and what its files say now', async () => {
  const { cwd, pidFile, runner } = await start();
  await writeFile(join(cwd, 'app.cjs'), application('new'));
  const config = JSON.parse(readFileSync(join(cwd, 'fcgi.config.json'), 'utf8'));
  await writeFile(join(cwd, 'fcgi.config.json'), JSON.stringify({ ...config, workers: 1 }));
  runner.signal('SIGUSR2');
  const [, successor] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
  expect(runner.stderr).toMatch(/is served on unix:.*\/s by 1 worker\n/);
  await expect.poll(() => runner.process.exitCode).toBe(0);
  await expect.poll(() => answering(runner)).toEqual(['new', successor]);
  expect(await runner.get('/env')).toBe('200 ');
  expect(readFileSync(pidFile, 'utf8')).toBe(`${successor}\n`);
  // And once more, from the successor.
  process.kill(Number(successor), 'SIGUSR2');
  const again = new RegExp(`process (\\d+) serves; this one, ${successor},`);
  const [, next] = await runner.says(again);
  await expect.poll(() => readFileSync(pidFile, 'utf8')).toBe(`${next}\n`);
  await expect.poll(() => answering(runner)).toEqual(['new', next]);
  process.kill(Number(next), 'SIGTERM');
  await expect.poll(() => existsSync(join(cwd, 's'))).toBe(false);
  await expect.poll(() => existsSync(pidFile)).toBe(false);
  // All that write to its output have ended.
  expect(await runner.exited).toBe(0);
});

test('a pid file that cannot be written is no reason not to take over: it is said, and written as soon as it can be', async () => {
  const { pidFile, runner } = await start();
  renameSync(pidFile, `${pidFile}.before`);
  mkdirSync(pidFile);
  runner.signal('SIGUSR2');
  const [, successor] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
  expect(runner.stderr).toMatch(/The pid file \S+ is not a regular file.* signals are for process \d+/);
  await expect.poll(() => runner.process.exitCode).toBe(0);
  await expect.poll(() => answering(runner)).toEqual(['old', successor]);
  rmdirSync(pidFile);
  await runner.says(/the pid file \S+ has been written/);
  expect(readFileSync(pidFile, 'utf8')).toBe(`${successor}\n`);
});

test('a request under way ends in the process that has it', async () => {
  const { runner } = await start({ workers: 1 });
  const held = runner.get('/held');
  await expect.poll(() => runner.stdout).toMatch(/waiting \d+/);
  const [, worker] = /waiting (\d+)/.exec(runner.stdout)!;
  runner.signal('SIGUSR2');
  const [, successor] = await runner.says(/process (\d+) serves/);
  await expect.poll(() => answering(runner)).toEqual(['old', successor]);
  expect(runner.process.exitCode).toBeNull();
  process.kill(Number(worker), 'SIGUSR2');
  expect(await held).toBe('200 begun done');
  await expect.poll(() => runner.process.exitCode).toBe(0);
});

test.each([
  ['an application that does not start', 'app.cjs', 'const a = ;', /SyntaxError/],
  ['a configuration that makes no sense', 'fcgi.config.json', '{ "worker": 1 }', /no option "worker"/],
  [
    'another address',
    'fcgi.config.json',
    '{ "app": "app.cjs", "listen": "./t", "workers": 1 }',
    /needs a stop and a start/,
  ],
  ['no workers', 'fcgi.config.json', '{ "app": "app.cjs", "listen": "./s" }', /takes the place of a parent/],
])('with %s the process from before goes on, and says why', async (_what, file, content, reason) => {
  const { cwd, pidFile, runner } = await start();
  await writeFile(join(cwd, file), content);
  runner.signal('SIGUSR2');
  await runner.says(
    /starting anew has failed, and this process goes on: the new process has ended: exit status/,
  );
  expect(runner.stderr).toMatch(reason);
  expect(existsSync(join(cwd, 's'))).toBe(true);
  expect(await answering(runner)).toEqual(['old', String(runner.process.pid)]);
  expect(readFileSync(pidFile, 'utf8')).toBe(`${runner.process.pid}\n`);
  expect(await runner.stop()).toBe(0);
  expect(existsSync(join(cwd, 's'))).toBe(false);
});

test('who is ended while the next one starts takes it along', async () => {
  const { cwd, runner } = await start({ stopTimeout: 0.5 });
  await writeFile(join(cwd, 'app.cjs'), `process.stderr.write('starting'); setInterval(() => {}, 1000);`);
  runner.signal('SIGUSR2');
  await runner.says(/starting(?! anew)/);
  // Its output ends with the last process that has it.
  expect(await runner.stop()).toBe(0);
  expect(runner.stderr).not.toMatch(/ serves;/);
});

test('the address of the status is handed over, too', async () => {
  const { cwd, runner } = await start({ statusListen: './status', statusPath: '/status' });
  const status = `unix:${cwd}/status`;
  expect(await runner.get('/status', status)).toMatch(/^200 /);
  runner.signal('SIGUSR2');
  await runner.says(/process \d+ serves/);
  await runner.says(/its status is served on (?:.|\n)*its status is served on /);
  expect(await runner.get('/status', status)).toMatch(/^200 /);
  await expect.poll(() => runner.process.exitCode).toBe(0);
  expect(await runner.get('/status', status)).toMatch(/^200 /);
});

test('a gateway for trying cannot be handed over', async () => {
  const cwd = await folderWith({ 'app.cjs': application('old') });
  const runner = await new Runner(['--workers', '1', 'app.cjs'], { cwd }).serving();
  runner.signal('SIGUSR2');
  await runner.says(/starting anew has failed, .*: a gateway for trying cannot be handed over/);
  expect(await runner.stop()).toBe(0);
});

test.runIf(process.getuid?.() === 0)(
  'the workers of the successor are the user of the ones before, and write to the same logs',
  async () => {
    const uid = Number(execFileSync('id', ['-u', 'www-data'], { encoding: 'utf8' }));
    const application = `module.exports = (req, res) => {
      console.log('asked for', req.url);
      res.end(process.getuid() + ' ' + process.ppid);
    };`;
    const logs = { accessLog: 'access.log', accessLogFormat: '%r', output: 'output.log' };
    const { cwd, runner } = await start({ user: 'www-data', ...logs }, {}, application);
    const linesOf = (name: string) => readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n');
    const answer = async (path: string, parent: number) =>
      expect(await runner.get(path)).toBe(`200 ${uid} ${parent}`);
    await answer('/first', runner.process.pid!);
    runner.signal('SIGUSR2');
    const [, successor] = await runner.says(/process (\d+) serves/);
    await expect.poll(() => runner.process.exitCode).toBe(0);
    await answer('/second', Number(successor));
    await expect.poll(() => linesOf('access.log')).toEqual(['GET /first HTTP/1.1', 'GET /second HTTP/1.1']);
    await expect.poll(() => linesOf('output.log').join()).toMatch(/asked for \/first.*asked for \/second$/);
    // The successor looks after the files, too: new ones belong to whom the old ones did.
    for (const name of ['access.log', 'output.log']) renameSync(join(cwd, name), join(cwd, `${name}.1`));
    process.kill(Number(successor), 'SIGUSR1');
    await expect.poll(() => existsSync(join(cwd, 'output.log'))).toBe(true);
    await expect
      .poll(async () => {
        await answer('/third', Number(successor));
        return readFileSync(join(cwd, 'access.log'), 'utf8');
      })
      .toContain('GET /third HTTP/1.1');
    await expect.poll(() => linesOf('output.log').join()).toMatch(/asked for \/third$/);
    const owners = ['access.log', 'output.log'].map((name) => statSync(join(cwd, name)).uid);
    expect(owners).toEqual([uid, 0]);
    process.kill(Number(successor), 'SIGTERM');
    expect(await runner.exited).toBe(0);
  },
);
