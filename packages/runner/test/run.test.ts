import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../e2e/src/is-running.ts';
import { RunnerError } from '../src/errors.ts';
import { type Runner, type RunnerOptions, run } from '../src/run.ts';
import { folderWith } from './support/runner.ts';

// Workers are started as this process was, which loads sources: they are built code.
process.execArgv.splice(0);

const saying = (word: string) =>
  `require('node:http').createServer((req, res) => res.end('${word} ' + process.pid)).listen(3000);`;

/** An application in a folder of its own, and how it is run. */
async function applicationSaying(word: string): Promise<{ folder: string; options: RunnerOptions }> {
  const folder = await folderWith({ 'app.cjs': saying(word) });
  return { folder, options: { app: join(folder, 'app.cjs'), listen: `unix:${join(folder, 's')}` } };
}

async function runIt(options: RunnerOptions): Promise<Runner> {
  const runner = await run(options);
  onTestFinished(() => runner.close(0));
  return runner;
}

async function ask({ address }: Runner): Promise<string> {
  const client = new FcgiClient({ address });
  try {
    const response = await client.request({
      params: {
        REQUEST_METHOD: 'GET',
        REQUEST_URI: '/',
        SCRIPT_NAME: '/',
        SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_NAME: 'localhost',
        SERVER_PORT: '80',
      },
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } finally {
    await client.close();
  }
}

test('an application is served until the runner is closed, and nothing of it is left', async () => {
  const { folder, options } = await applicationSaying('hello');
  const runner = await runIt({ ...options, workers: 2 });
  expect(runner.address).toBe(`unix:${join(folder, 's')}`);
  expect(await ask(runner)).toMatch(/^hello \d+$/);
  const { workers } = await runner.status();
  expect(workers.map(({ state }) => state)).toEqual(['Idle', 'Idle']);
  await runner.close();
  expect(existsSync(join(folder, 's'))).toBe(false);
  expect(workers.filter(({ pid }) => isRunning(pid))).toEqual([]);
});

test('a reload serves the new code, and says so when it does', async () => {
  const { folder, options } = await applicationSaying('before');
  const runner = await runIt(options);
  const events: string[] = [];
  runner.on('news', (event) => events.push(event));
  await writeFile(join(folder, 'app.cjs'), saying('after'));
  await runner.reload();
  expect(await ask(runner)).toMatch(/^after /);
  expect(events).toEqual(['reloaded']);
});

test('a reload that is asked for during another has happened when either resolves', async () => {
  const { folder, options } = await applicationSaying('first');
  const runner = await runIt(options);
  await writeFile(join(folder, 'app.cjs'), saying('second'));
  const first = runner.reload();
  await writeFile(join(folder, 'app.cjs'), saying('third'));
  await Promise.all([first, runner.reload()]);
  expect(await ask(runner)).toMatch(/^third /);
});

test('a reload of code that does not start is rejected, and the old code goes on', async () => {
  const { folder, options } = await applicationSaying('sound');
  const runner = await runIt({ ...options, output: join(folder, 'printed') });
  const messages: string[] = [];
  runner.on('message', (text) => messages.push(text));
  await writeFile(join(folder, 'app.cjs'), 'throw new Error("broken")');
  await expect(runner.reload()).rejects.toMatchObject({ code: 'FCGI_APPLICATION_FAILED' });
  expect(messages.join('\n')).toContain('the reload has failed');
  expect(await ask(runner)).toMatch(/^sound /);
});

test('on demand, a reload without workers is done at once', async () => {
  const { options } = await applicationSaying('called');
  const runner = await runIt({ ...options, onDemand: true });
  await runner.reload();
  expect((await runner.status()).workers).toEqual([]);
  expect(await ask(runner)).toMatch(/^called /);
});

test('an application that does not start is an error, and its socket is gone', async () => {
  const folder = await folderWith({ 'app.cjs': 'throw new Error("broken")' });
  const output = join(folder, 'printed');
  const failure = run({ app: join(folder, 'app.cjs'), listen: `unix:${join(folder, 's')}`, output });
  await expect(failure).rejects.toThrow(`could not be started: what it has printed is in ${output}`);
  expect(existsSync(join(folder, 's'))).toBe(false);
});

test.each([
  [{}, 'run() needs an object with the application as "app"'],
  [{ app: 'none.js' }, 'There is no application'],
  [{ app: 'none.js', worker: 2 }, 'run(): There is no option "worker". There are app, args, listen,'],
  [{ app: 'none.js', workers: 0 }, 'run(): "workers" is 0. It must be a whole number above 0, or auto.'],
  [{ app: 'none.js', pidFile: '/run/a.pid' }, 'run(): "pidFile" is for the command fcgi run'],
  [{ app: 'none.js', idleExit: 5 }, 'needs --on-demand'],
])('%j is refused', async (options, message) => {
  const failure = run(options as RunnerOptions);
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.toBeInstanceOf(RunnerError);
});

test('without a socket to serve on, the option that names one is told', async () => {
  const folder = await folderWith({ 'app.cjs': saying('nowhere') });
  await expect(run({ app: join(folder, 'app.cjs') })).rejects.toThrow(
    'There is no socket to serve on: this process was started with none. Name one, such as listen: "unix:/run/app.sock".',
  );
});

test('a runner ends with a block that has "await using", and takes undefined for options that are not given', async () => {
  const { options } = await applicationSaying('hello');
  let pids: number[];
  {
    await using runner = await run({ ...options, mount: undefined, signal: undefined, workers: undefined });
    pids = (await runner.status()).workers.map(({ pid }) => pid);
    expect(pids.filter(isRunning)).toHaveLength(1);
  }
  expect(pids.filter(isRunning)).toEqual([]);
});

test('a runner ends when its signal is aborted', async () => {
  const { options } = await applicationSaying('hello');
  const controller = new AbortController();
  const runner = await runIt({ ...options, signal: controller.signal });
  const ended = new Promise<void>((resolve) => runner.once('end', resolve));
  controller.abort();
  await ended;
});

test('aborted before it is served, it rejects with the reason, and nothing of it is left', async () => {
  const { folder, options } = await applicationSaying('hello');
  const reason = new Error('no longer wanted');
  await expect(run({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const running = run({ ...options, signal: controller.signal });
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(existsSync(join(folder, 's'))).toBe(false);
});
