import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../../e2e/src/is-running.ts';
import { ask, folderWith, Runner } from '../support/runner.ts';

const whoAmI = "module.exports = (req, res) => res.end('old ' + process.pid);";

async function start(script: string, args: readonly string[] = []) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = new Runner(['--listen', './s', '--workers', '2', ...args, 'app.cjs'], { cwd });
  await runner.serving();
  return { cwd, runner };
}

/** Answers of the application until they come from so many processes; the processes. */
async function processes(runner: Runner, count: number, word = 'old'): Promise<number[]> {
  const found = new Set<number>();
  await expect
    .poll(async () => {
      const [, said, pid] = (await runner.get()).split(' ');
      if (said === word) found.add(Number(pid));
      return found.size;
    })
    .toBe(count);
  return [...found];
}

test('several processes serve one socket, and end with their parent', async () => {
  const { cwd, runner } = await start(whoAmI);
  const pids = await processes(runner, 2);
  expect(pids).not.toContain(runner.process.pid);
  expect(await runner.stop()).toBe(0);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(existsSync(join(cwd, 's'))).toBe(false);
});

test('SIGHUP loads the application anew', async () => {
  const { cwd, runner } = await start(whoAmI);
  const old = await processes(runner, 2);
  await writeFile(join(cwd, 'app.cjs'), whoAmI.replace('old', 'new'));
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  await processes(runner, 2, 'new');
  await expect.poll(() => old.filter(isRunning)).toEqual([]);
  expect(await runner.stop()).toBe(0);
});

test('a kept connection outlives its worker, and is served by the next one', async () => {
  const { cwd, runner } = await start(whoAmI, ['--stop-timeout', '60']);
  const client = new FcgiClient({ address: `unix:${join(cwd, 's')}`, limits: { connections: 1 } });
  onTestFinished(() => client.close({ timeout: 0 }));
  const post = async () => {
    const params = { REQUEST_METHOD: 'POST', REQUEST_URI: '/', SCRIPT_NAME: '', SERVER_PROTOCOL: 'HTTP/1.1' };
    const response = await client.request({ params: { ...params, CONTENT_LENGTH: '3' }, stdin: 'abc' });
    return text(response.body);
  };
  const before = new Set<string>();
  for (let reload = 1; reload <= 3; reload += 1) {
    before.add(await post());
    runner.signal('SIGHUP');
    await runner.says(new RegExp(`all workers serve generation ${reload + 1}`));
    await expect.poll(async () => (await processesOf(runner)).length).toBe(2);
    expect(client.stats()).toMatchObject({ connections: 1, idleConnections: 1 });
  }
  before.add(await post());
  expect(before.size).toBe(4);
  expect(await runner.stop()).toBe(0);
});

test('a new version that does not start leaves the old one running, and says why', async () => {
  const { cwd, runner } = await start(whoAmI);
  const before = await processes(runner, 2);
  await writeFile(join(cwd, 'app.cjs'), 'const a = ;');
  runner.signal('SIGHUP');
  await runner.says(/the reload has failed/);
  await runner.says(/app\.cjs:1\n.* \| const a = ;\n/);
  expect((await processes(runner, 2)).sort()).toEqual(before.sort());
  await writeFile(join(cwd, 'app.cjs'), whoAmI.replace('old', 'mended'));
  runner.signal('SIGHUP');
  await processes(runner, 2, 'mended');
});

test('an application that does not start at all is said so once, with status 1', async () => {
  const cwd = await folderWith({ 'app.cjs': 'throw new Error("no database");' });
  const runner = new Runner(['--listen', './s', '--workers', '3', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr.match(/Error: no database/g)).toHaveLength(1);
  expect(runner.stderr).toMatch(/app\.cjs could not be started/);
  expect(existsSync(join(cwd, 's'))).toBe(false);
});

test('an application that does not start leaves nothing behind of the gateway', async () => {
  const cwd = await folderWith({ 'app.cjs': 'throw new Error("no database");' });
  const runner = new Runner(['--workers', '1', 'app.cjs'], { cwd, env: { TMPDIR: cwd } });
  expect(await runner.exited).toBe(1);
  expect(readdirSync(cwd).filter((name) => name.startsWith('fcgi-'))).toEqual([]);
});

test('a worker that is killed loses its own requests and no other, and is replaced', async () => {
  const { runner } = await start(`module.exports = (req, res) => {
    if (req.url === '/pid') return res.end(String(process.pid));
    res.write(process.pid + ' ');
    process.on('SIGUSR2', () => res.end('whole'));
    console.log('holds');
  };`);
  const held = Array.from({ length: 8 }, () => runner.get('/held').catch(() => 'broken off'));
  await expect.poll(() => runner.stdout.match(/holds/g)?.length).toBe(8);
  const children = await processesOf(runner);
  expect(children).toHaveLength(2);
  const [victim = 0, other = 0] = children;
  process.kill(victim, 'SIGKILL');
  await runner.says(new RegExp(`process ${victim}\\) has ended: SIGKILL`));
  process.kill(other, 'SIGUSR2');
  const answers = await Promise.all(held);
  const whole = answers.filter((answer) => answer === `200 ${other} whole`).length;
  const broken = answers.filter((answer) => answer === 'broken off').length;
  expect(whole + broken).toBe(8);
  await expect.poll(async () => (await processesOf(runner)).length).toBe(2);
  expect(await processesOf(runner)).not.toContain(victim);
});

/** The children of the runner, from the kernel. */
async function processesOf({ process: { pid } }: Runner): Promise<number[]> {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number).filter(isRunning);
}

test('an application that crashes in a loop is told in words, and connections wait for the next worker', async () => {
  const cwd = await folderWith({
    'app.cjs': `module.exports = (req, res) => {
      if (req.url === '/crash') process.exit(3);
      res.end('served');
    };`,
  });
  const runner = await new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd }).serving();
  for (let crash = 0; crash < 4; crash += 1) {
    await expect(runner.get('/crash')).rejects.toThrow();
  }
  // Nobody refuses it: the parent holds the socket.
  expect(await runner.get()).toBe('200 served');
  expect(runner.stderr.match(/has ended: exit status 3/g)).toHaveLength(4);
  expect(runner.stderr).toMatch(
    /3 workers in a row have ended soon after their start; the next one starts in 0\.2 s/,
  );
  expect(runner.stderr).toMatch(/4 workers in a row .* in 0\.4 s/);
  expect(await runner.stop()).toBe(0);
});

test.each(['idle', 'with a blocked event loop'])(
  'no worker outlives a parent that is killed: %s',
  async (how) => {
    const { runner } = await start(
      `module.exports = (req, res) => {
      if (req.url === '/pid') return res.end('old ' + process.pid);
      res.end();
      setImmediate(() => { for (;;); });
    };`,
      ['--stop-timeout', '0.2'],
    );
    const pids = await processesOf(runner);
    expect(pids).toHaveLength(2);
    if (how !== 'idle') await runner.get('/block');
    runner.signal('SIGKILL');
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  },
);

const slow = `module.exports = (req, res) => {
    res.write('begun ');
    process.on('SIGUSR2', () => res.end('done'));
    console.log('waiting', process.pid);
  };
  process.on('SIGTERM', () => { console.log('tidies up'); process.exit(); });`;

test('SIGTERM lets requests under way end, and only then tells the application', async () => {
  const { cwd, runner } = await start(slow);
  const answer = runner.get();
  await expect.poll(() => runner.stdout).toMatch(/waiting \d+/);
  const [, pid] = /waiting (\d+)/.exec(runner.stdout)!;
  runner.signal('SIGTERM');
  await expect.poll(() => existsSync(join(cwd, 's'))).toBe(false);
  await expect.poll(async () => (await processesOf(runner)).length).toBe(1);
  // The other worker had nothing to wait for.
  await expect.poll(() => runner.stdout.match(/tidies up/g)).toHaveLength(1);
  process.kill(Number(pid), 'SIGUSR2');
  expect(await answer).toBe('200 begun done');
  expect(await runner.exited).toBe(0);
  expect(runner.stdout.match(/tidies up/g)).toHaveLength(2);
});

test('a worker that is sent SIGTERM itself tells the application once', async () => {
  const { runner } = await start(`process.on('SIGTERM', () => {
      console.log('told');
      setTimeout(() => process.exit(), 100);
    });
    ${whoAmI}`);
  const [pid = 0] = await processes(runner, 2);
  process.kill(pid, 'SIGTERM');
  await runner.says(new RegExp(`process ${pid}\\) has ended`));
  await expect.poll(() => runner.stdout).toMatch(new RegExp(`^worker \\d \\(${pid}\\) \\| told\n$`));
});

test('an application that sends itself the signal again, as Nest does, need not wait for the time to stop', async () => {
  const { runner } = await start(
    `process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM'));
    setInterval(() => {}, 1000);
    ${whoAmI}`,
    ['--stop-timeout', '60'],
  );
  expect(await runner.stop()).toBe(0);
});

test('a second signal ends all at once, with a failure', async () => {
  const { cwd, runner } = await start(slow);
  const answer = runner.get().catch(() => 'broken off');
  await expect.poll(() => runner.stdout).toMatch(/waiting/);
  const pids = await processesOf(runner);
  runner.signal('SIGTERM');
  await expect.poll(() => existsSync(join(cwd, 's'))).toBe(false);
  runner.signal('SIGTERM');
  expect(await runner.exited).toBe(1);
  expect(await answer).toBe('broken off');
  await expect.poll(() => pids.filter(isRunning)).toEqual([]);
});

test('a request that does not end is cut off after the time to stop, also where the event loop is blocked', async () => {
  const { runner } = await start(
    'module.exports = (req, res) => { process.stderr.write("blocks"); for (;;); };',
    ['--stop-timeout', '0.2'],
  );
  const answer = runner.get().catch(() => 'broken off');
  await runner.says(/blocks/);
  expect(await runner.stop()).toBe(0);
  expect(await answer).toBe('broken off');
});

test('a worker that is told to stop while it starts, and then blocks, is ended', async () => {
  const cwd = await folderWith({
    'app.cjs': `process.stderr.write('starting');
      setTimeout(() => require('http').createServer().listen(3000, () => { for (;;); }), 500);`,
  });
  const args = ['--listen', './s', '--workers', '1', '--stop-timeout', '0.2', 'app.cjs'];
  const runner = new Runner(args, { cwd });
  await runner.says(/starting/);
  expect(await runner.stop()).toBe(0);
});

test('without a socket a gateway opens in front of the workers', async () => {
  const cwd = await folderWith({ 'app.cjs': "module.exports = (req, res) => res.end('served');" });
  const runner = new Runner(['--workers', '2', 'app.cjs'], { cwd });
  const [, url] = await runner.says(/is served on (http:\/\/127\.0\.0\.1:\d+) by 2 workers/);
  expect(await (await fetch(`${url}/`)).text()).toBe('served');
  expect(await runner.stop()).toBe(0);
});

test('an address that is taken is a failure, TCP is served, and the number of workers is a number', async () => {
  const { cwd, runner } = await start(whoAmI);
  const second = new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd });
  expect(await second.exited).toBe(1);
  expect(second.stderr).toMatch(/Another process listens on ".*\/s"/);
  await runner.stop();
  const tcp = new Runner(['--listen', '127.0.0.1:0', '--workers', 'auto', 'app.cjs'], { cwd });
  const [, address = ''] = await tcp.says(/is served on (tcp:127\.0\.0\.1:\d+)/);
  expect(await ask(address, '/')).toMatch(/^200 old \d+$/);
  const none = new Runner(['--workers', '0', 'app.cjs'], { cwd });
  expect(await none.exited).toBe(2);
});
