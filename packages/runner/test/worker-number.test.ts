import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const application = `const { FCGI_WORKER, NODE_APP_INSTANCE } = process.env;
  console.log('starts as', FCGI_WORKER, NODE_APP_INSTANCE);
  require('http').createServer((req, res) => res.end('served')).listen(3000);`;

async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cwd = await folderWith({ 'app.cjs': application });
  return new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd, env }).serving();
}

/** What the workers have found in their environment so far. */
function found({ stdout }: Runner): string[] {
  return [...stdout.matchAll(/starts as (.*)/g)].map(([, numbers]) => numbers ?? '').sort();
}

test('each worker knows its number, which the one that takes its place gets', async () => {
  const runner = await start(['--workers', '3'], { NODE_APP_INSTANCE: '0', FCGI_WORKER: '7' });
  const all = ['0 0', '1 1', '2 2'];
  await expect.poll(() => found(runner)).toEqual(all);
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  await expect.poll(() => found(runner)).toEqual([...all, ...all].sort());
});

test('a word in NODE_APP_INSTANCE names a configuration, and stays', async () => {
  const runner = await start(['--workers', '1'], { NODE_APP_INSTANCE: 'blue' });
  await expect.poll(() => found(runner)).toEqual(['0 blue']);
});

test('without workers there is no number', async () => {
  const runner = await start([]);
  await expect.poll(() => found(runner)).toEqual(['undefined undefined']);
});
