import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const whoAmI = "module.exports = (req, res) => res.end('old ' + process.pid);";

async function start(script: string, args: readonly string[] = []) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = new Runner(['--listen', './s', '--workers', '2', '--on-demand', ...args, 'app.cjs'], {
    cwd,
  });
  await runner.says(/is served on .* on demand: the first connection starts 2 workers/);
  return { cwd, runner };
}

/** The children of the runner, from the kernel. */
function children({ process: { pid } }: Runner): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
}

/** Waits until the runner has no workers for the `count`th time and nothing is left of the workers. */
async function isInactive(runner: Runner, count: number): Promise<void> {
  await expect.poll(() => runner.stderr.match(/no worker runs any more/g)?.length ?? 0).toBe(count);
  await expect.poll(() => children(runner)).toEqual([]);
}

test('workers start with the first connection, end when there are no requests, and start again', async () => {
  const { cwd, runner } = await start(
    `const { existsSync } = require('node:fs');
    module.exports = (req, res) => {
      if (req.url === '/held' && !existsSync('release')) setTimeout(() => module.exports(req, res), 10);
      else res.end('old ' + process.pid);
    };`,
    ['--idle-exit', '0.5'],
  );
  await expect.poll(() => children(runner)).toEqual([]);
  // Until it ends nothing is idle.
  const held = runner.get('/held');
  const answers = await Promise.all(Array.from({ length: 10 }, () => runner.get()));
  for (const answer of answers) expect(answer).toMatch(/^200 old \d+$/);
  await runner.says(/a connection has come: 2 workers serve/);
  expect(children(runner)).toHaveLength(2);
  await writeFile(join(cwd, 'release'), '');
  expect(await held).toMatch(/^200 old \d+$/);
  await isInactive(runner, 1);
  expect(existsSync(join(cwd, 's'))).toBe(true);
  const descriptors = () => readdirSync(`/proc/${runner.process.pid}/fd`).length;
  const before = descriptors();
  await writeFile(join(cwd, 'app.cjs'), whoAmI.replace('old', 'new'));
  expect(await runner.get()).toMatch(/^200 new \d+$/);
  await isInactive(runner, 2);
  expect(descriptors()).toBe(before);
  expect(runner.stderr).not.toMatch(/has ended/);
  expect(await runner.stop()).toBe(0);
  expect(existsSync(join(cwd, 's'))).toBe(false);
});

test('no request is lost whenever it comes while workers end and start', async () => {
  const { runner } = await start(whoAmI, ['--idle-exit', '0.2']);
  const answers: string[] = [];
  const ended = () => runner.stderr.match(/no worker runs any more/g)?.length ?? 0;
  let round = 0;
  for (; round < 30 || ended() <= 3; round += 1) {
    answers.push(...(await Promise.all([runner.get(), runner.get()])));
    // From before it is idle to after they have ended.
    await delay(150 + round * 10);
  }
  expect(answers.filter((answer) => !/^200 old \d+$/.test(answer))).toEqual([]);
  expect(answers).toHaveLength(2 * round);
  expect(await runner.stop()).toBe(0);
}, 60_000);

test('a request that is under way is no idleness', async () => {
  const { runner } = await start(
    "module.exports = (req, res) => { res.write('begun '); setTimeout(() => res.end('done'), 1500); };",
    ['--idle-exit', '0.2'],
  );
  const answer = runner.get();
  await runner.says(/a connection has come/);
  expect(await answer).toBe('200 begun done');
  await isInactive(runner, 1);
});

test('an application that cannot be loaded closes connections, and is tried again by a later one', async () => {
  const { cwd, runner } = await start('throw new Error("no database");');
  await expect(runner.get()).rejects.toThrow();
  await runner.says(/app\.cjs could not be started; connections are closed for 0\.1 s/);
  await runner.says(/Error: no database/);
  await writeFile(join(cwd, 'app.cjs'), whoAmI);
  await expect.poll(() => runner.get().catch(() => 'closed')).toMatch(/^200 old \d+$/);
  expect(await runner.stop()).toBe(0);
});

test('SIGTERM ends a runner without workers, and SIGHUP and SIGUSR2 do it no harm', async () => {
  const { cwd, runner } = await start(whoAmI, ['--pid-file', './pid']);
  runner.signal('SIGHUP');
  await runner.says(/reloading\n.*no worker runs any more/);
  await expect.poll(() => children(runner)).toEqual([]);
  runner.signal('SIGUSR2');
  const [, pid = ''] = await runner.says(/process (\d+) serves; this one/);
  onTestFinished(() => {
    if (existsSync(`/proc/${pid}`)) process.kill(Number(pid), 'SIGKILL');
  });
  expect(await runner.get()).toMatch(/^200 old \d+$/);
  process.kill(Number(pid), 'SIGTERM');
  expect(await runner.exited).toBe(0);
  const { runner: other } = await start(whoAmI);
  expect(await other.stop()).toBe(0);
  await expect.poll(() => existsSync(join(cwd, 's'))).toBe(false);
});

test('the connection that starts workers is held to --allow as well', async () => {
  const cwd = await folderWith({ 'app.cjs': whoAmI });
  const where = ['--listen', '0.0.0.0:0', '--allow', '192.0.2.1'];
  const runner = new Runner([...where, '--workers', '1', '--on-demand', 'app.cjs'], { cwd });
  const [, port] = await runner.says(/served on tcp:0\.0\.0\.0:(\d+)/);
  await expect(runner.get('/', `tcp:127.0.0.1:${port}`)).rejects.toThrow();
  await runner.says(/a connection has come/);
  const loopback = ['--listen', '127.0.0.1:0', '--workers', '1', '--on-demand', 'app.cjs'];
  const other = new Runner(loopback, { cwd });
  const [, address = ''] = await other.says(/served on (tcp:\S+)/);
  expect(await other.get('/', address)).toMatch(/^200 old \d+$/);
});

test('alone on an inherited socket it ends by itself, and what comes then is served by the next start', async () => {
  const cwd = await folderWith({
    'app.cjs': `process.on('SIGTERM', () => { console.log('tidies up'); process.exit(); }); ${whoAmI}`,
  });
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const address = `tcp:127.0.0.1:${port}`;
  const { _handle } = server as typeof server & { readonly _handle: { readonly fd: number } };
  const runner = new Runner(['--idle-exit', '1', 'app.cjs'], { cwd, stdin: _handle.fd });
  // It must be there when the other has ended, however long that one takes to start.
  const next = new Runner(['--idle-exit', '60', 'app.cjs'], { cwd, stdin: _handle.fd });
  // Both have their own descriptor by now, and this process must not accept.
  server.close();
  await Promise.all([runner.serving(), next.serving()]);
  expect(await runner.get('/', address)).toMatch(/^200 old \d+$/);
  expect(await runner.exited).toBe(0);
  expect(runner.stderr).toMatch(/no request for 1 s: it ends/);
  expect(runner.stdout).toBe('tidies up\n');
  expect(await next.get('/', address)).toBe(`200 old ${next.process.pid}`);
  expect(await next.stop()).toBe(0);
});

test.each([
  { args: ['--on-demand'], says: /--on-demand needs --workers/ },
  { args: ['--workers', '1', '--idle-exit', '5'], says: /--idle-exit with --workers needs --on-demand/ },
  { args: ['--listen', './s', '--idle-exit', '5'], says: /--idle-exit needs a socket whose owner starts/ },
])('$args is refused with what to do', async ({ args, says }) => {
  const cwd = await folderWith({ 'app.cjs': whoAmI });
  const runner = new Runner([...args, 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(2);
  expect(runner.stderr).toMatch(says);
});
