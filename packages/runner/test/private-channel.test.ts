import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WORKER_CHANNEL } from '../src/pool/worker-process.ts';
import { folderWith, Runner } from './support/runner.ts';

/** Starts one worker with a script that sets `answer`, a function that answers a request. */
async function start(script: string) {
  const cwd = await folderWith({
    'app.cjs': `${script}\nrequire('http').createServer((req, res) => answer(res)).listen(3000);`,
  });
  return new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd }).serving();
}

test('an application sees no channel, as in a process that was started without one', async () => {
  const runner = await start(`const seen = {
      send: typeof process.send, disconnect: typeof process.disconnect, connected: process.connected ?? null,
      channel: process.channel ?? null, listeners: process.listenerCount('message') + process.listenerCount('disconnect'),
      variables: Object.keys(process.env).filter((name) => name.startsWith('NODE_CHANNEL')),
    };
    const answer = (res) => res.end(JSON.stringify(seen));`);
  const [, seen = ''] = /^200 (.*)$/s.exec(await runner.get()) ?? [];
  expect(JSON.parse(seen)).toEqual({
    channel: null,
    connected: null,
    disconnect: 'undefined',
    listeners: 0,
    send: 'undefined',
    variables: [],
  });
});

test('what the runner tells a worker at a reload does not reach the messages of the application', async () => {
  const runner =
    await start(`process.on('message', (message) => { if (message.data.type === 'x') process.exit(3); });
    process.on('disconnect', () => process.exit(4));
    let held;
    const answer = (res) => { held = res; console.log('holds'); };
    process.on('SIGUSR2', () => held.end('whole'));`);
  const answer = runner.get();
  await expect.poll(() => runner.stdout).toMatch(/holds/);
  const [, pid] = /worker 1 \((\d+)\)/.exec(runner.stdout) ?? [];
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  process.kill(Number(pid), 'SIGUSR2');
  expect(await answer).toBe('200 whole');
  expect(runner.stderr).not.toMatch(/TypeError/);
});

test('an application that disconnects from its parent where it has one goes on', async () => {
  const runner = await start(`process.disconnect?.();
    const answer = (res) => res.end('served');`);
  expect(await runner.get()).toBe('200 served');
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  expect(await runner.get()).toBe('200 served');
  expect(runner.stderr).not.toMatch(/has ended/);
  expect(await runner.stop()).toBe(0);
});

test('processes and threads that the application starts have channels of their own', async () => {
  const runner = await start(`const { fork } = require('child_process');
    const { Worker } = require('worker_threads');
    const child = "process.on('message', (m) => { process.send(m + '!'); process.disconnect(); })";
    require('fs').writeFileSync('child.cjs', child);
    const answer = (res) => {
      const thread = new Worker("require('worker_threads').parentPort.postMessage('thread')", { eval: true });
      thread.once('message', (word) => fork('child.cjs').once('message', (m) => res.end(word + ' ' + m)).send('child'));
    };`);
  expect(await runner.get()).toBe('200 thread child!');
});

test.runIf(process.platform === 'linux')('processes of the application do not get the channel', async () => {
  const runner = await start(`const { execFileSync } = require('child_process');
    const answer = (res) => res.end(process.pid + ' ' + execFileSync('ls', ['-l', '/proc/self/fd']));`);
  const [, pid = '', files = ''] = /^200 (\d+) (.*)$/s.exec(await runner.get()) ?? [];
  const channel = readlinkSync(`/proc/${pid}/fd/${WORKER_CHANNEL}`);
  expect(channel).toMatch(/^socket:/);
  expect(files).not.toContain(channel);
});

test('without workers, the channel of who has started the command is that of the application', async () => {
  const cwd = await folderWith({
    'app.cjs': `process.on('message', (message) => process.send('heard ' + message, () => process.disconnect()));
      process.once('disconnect', () => console.log('alone'));
      process.send('loaded ' + process.connected);
      module.exports = (req, res) => res.end('served');`,
  });
  const runner = new Runner(['--listen', './s', 'app.cjs'], { cwd, channel: true });
  const said: unknown[] = [];
  runner.process.on('message', (message) => said.push(message));
  await runner.serving();
  runner.process.send('you');
  await expect.poll(() => said).toEqual(['loaded true', 'heard you']);
  await expect.poll(() => runner.stdout).toMatch(/alone/);
  expect(await runner.get()).toBe('200 served');
  expect(await runner.stop()).toBe(0);
});
