import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atRest } from 'test-support/at-rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../e2e/src/is-running.ts';
import { findProgram, skipReason } from '../../tooling/src/system-packages.mjs';
import { folderWith, Runner } from './support/runner.ts';

const application = "module.exports = (req, res) => res.end('served');";

/** Prints each datagram as a line. */
const RECEIVER = `use IO::Socket::UNIX; use Socket; $| = 1;
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
chmod 0777, $ARGV[0];
print "listening\\n";
while (defined $socket->recv(my $message, 65536)) { $message =~ s/\\n/ /g; print "$message\\n"; }`;

/** A service manager that listens, in a folder with the application. */
async function listeningManager(files: Readonly<Record<string, string>> = {}) {
  const cwd = await folderWith({ 'app.cjs': application, ...files });
  await chmod(cwd, 0o755);
  const path = join(cwd, 'notify');
  const receiver = spawn(findProgram('perl') ?? 'perl', ['-e', RECEIVER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let received = '';
  receiver.stdout.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  onTestFinished(async () => {
    const ended = once(receiver, 'close');
    receiver.kill('SIGKILL');
    await ended;
  });
  await expect.poll(() => received).toBe('listening\n');
  /** What it has been told; with `WATCHDOG=1` once at most. */
  const messages = () =>
    [...new Set(received.trimEnd().split('\n').slice(1))].filter((one) => !/^BARRIER/.test(one));
  return {
    cwd,
    env: { NOTIFY_SOCKET: path },
    messages,
    signsOfLife: () => received.split('WATCHDOG=1').length - 1,
  };
}

/** Sends a signal to a process that is nobody's child here, if it is still there. */
function end(pid: number, signal: NodeJS.Signals): void {
  if (isRunning(pid)) process.kill(pid, signal);
}

const missing = skipReason('perl', 'systemd-notify');
const suffix = missing ? ` (${missing})` : '';

describe.skipIf(missing)(`the service manager${suffix}`, () => {
  test('hears that several applications are ready when all that can serve do, and after a reload of all', async () => {
    const pool = (app: string) => JSON.stringify({ app: `../${app}`, listen: `../${app}.sock` });
    const { cwd, env, messages } = await listeningManager({
      'pools/good.json': pool('app.cjs'),
      'pools/bad.json': pool('bad.cjs'),
      'pools/late.json': pool('late.cjs'),
      'bad.cjs': 'throw new Error("no database");',
      'late.cjs': `${application} require('node:child_process').execSync('sleep 1');`,
    });
    const runner = new Runner(['--config', 'pools/*.json'], { cwd, env });
    const ofKind = (kind: RegExp) => messages().filter((one) => kind.test(one));
    await runner.says(/2 of 3 applications are served/);
    await expect
      .poll(() => ofKind(/READY/))
      .toEqual(['READY=1 STATUS=2 of 3 applications are served; tried again: bad']);
    runner.signal('SIGHUP');
    await expect.poll(() => ofKind(/READY/)).toHaveLength(2);
    expect(runner.stderr.match(/(good|late): reloaded: all workers serve generation 2/g)).toHaveLength(2);
    expect(ofKind(/RELOADING/)).toHaveLength(1);
    expect(await runner.stop()).toBe(0);
  });

  test.each([
    ['alone', [], /^READY=1 STATUS=app\.cjs \(.*\) is served on unix:.*\/s$/],
    [
      'with workers',
      ['--workers', '2'],
      /^READY=1 STATUS=app\.cjs \(.*\) is served on unix:.*\/s by 2 workers$/,
    ],
  ])(
    'is told when it serves and when it stops, %s, and the application is not',
    async (_way, args, ready) => {
      const { cwd, env, messages } = await listeningManager({
        'app.cjs': 'module.exports = (req, res) => res.end(String(process.env.NOTIFY_SOCKET));',
      });
      const runner = await new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd, env }).serving();
      await expect.poll(messages).toEqual([expect.stringMatching(ready)]);
      expect(await runner.get()).toBe('200 undefined');
      expect(await runner.stop()).toBe(0);
      await expect.poll(messages).toHaveLength(2);
      expect(messages()[1]).toBe('STOPPING=1 STATUS=lets the requests under way end');
    },
  );

  test('is told of a reload, with the time of the clock that systemd compares, and how it went', async () => {
    const { cwd, env, messages } = await listeningManager();
    const runner = await new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd, env }).serving();
    const before = process.hrtime.bigint() / 1000n;
    runner.signal('SIGHUP');
    await expect.poll(messages).toHaveLength(3);
    const [, reloading, reloaded] = messages();
    const [, time = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+) STATUS=reloading$/.exec(reloading ?? '') ?? [];
    expect(BigInt(time)).toBeGreaterThan(before);
    expect(BigInt(time)).toBeLessThan(process.hrtime.bigint() / 1000n);
    expect(reloaded).toBe('READY=1 STATUS=reloaded: all workers serve generation 2');
    await writeFile(join(cwd, 'app.cjs'), 'const a = ;');
    runner.signal('SIGHUP');
    await expect.poll(messages).toHaveLength(5);
    expect(messages()[4]).toMatch(/^READY=1 STATUS=the reload has failed/);
  });

  test('is told which process takes the place of this one, and nothing of an end', async () => {
    const { cwd, env, messages } = await listeningManager();
    const runner = await new Runner(['--listen', './s', '--workers', '1', 'app.cjs'], { cwd, env }).serving();
    await expect.poll(messages).toEqual([expect.stringMatching(/^READY=1/)]);
    runner.signal('SIGUSR2');
    const [, successor = ''] = await runner.says(/process (\d+) serves/);
    onTestFinished(() => end(Number(successor), 'SIGKILL'));
    await expect.poll(() => runner.process.exitCode).toBe(0);
    await expect.poll(() => messages().slice(1)).toEqual([`MAINPID=${successor}`]);
    end(Number(successor), 'SIGTERM');
    expect(await runner.exited).toBe(0);
    await expect.poll(messages).toHaveLength(3);
    expect(messages()[2]).toMatch(/^STOPPING=1/);
  });

  const watched = { WATCHDOG_USEC: '400000' };

  test.each([
    ['alone', []],
    ['with workers', ['--workers', '1']],
  ])('sees signs of life as long as the event loop turns, %s', async (_way, args) => {
    const { cwd, env, signsOfLife } = await listeningManager({
      'app.cjs': 'module.exports = (req, res) => { process.stderr.write("blocks"); for (;;); };',
    });
    const options = { cwd, env: { ...env, ...watched } };
    // A worker that outlives its parent is ended after the time to stop, and holds the output until then.
    const times = ['--stop-timeout', '0.2'];
    const runner = await new Runner(['--listen', './s', ...times, ...args, 'app.cjs'], options).serving();
    await expect.poll(signsOfLife).toBeGreaterThan(3);
    const answer = runner.get().catch(() => 'broken off');
    await runner.says(/blocks/);
    // As long as the event loop turns, one comes every 200 ms. One or another may still be on its way.
    await atRest(signsOfLife, 1_500);
    runner.signal('SIGKILL');
    expect(await answer).toBe('broken off');
  });

  test('that watches another process is shown nothing', async () => {
    const { cwd, env, messages, signsOfLife } = await listeningManager();
    const options = { cwd, env: { ...env, ...watched, WATCHDOG_PID: '1' } };
    const runner = await new Runner(['--listen', './s', 'app.cjs'], options).serving();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await runner.stop();
    await expect.poll(messages).toHaveLength(2);
    expect(signsOfLife()).toBe(0);
  });

  test.runIf(process.getuid?.() === 0)('is told by who is no longer root, too', async () => {
    const { cwd, env, messages } = await listeningManager();
    const runner = await new Runner(['--listen', './s', '--user', 'www-data', 'app.cjs'], {
      cwd,
      env,
    }).serving();
    await expect.poll(messages).toEqual([expect.stringMatching(/^READY=1/)]);
    expect(await runner.stop()).toBe(0);
  });

  test('that does not listen is no reason not to serve, and is mentioned once', async () => {
    const { cwd } = await listeningManager();
    const env = { NOTIFY_SOCKET: join(cwd, 'nobody') };
    const runner = await new Runner(['--listen', './s', 'app.cjs'], { cwd, env }).serving();
    await runner.says(
      /NOTIFY_SOCKET is set, but systemd-notify cannot tell anybody there: .*nobody|No such file|refused/,
    );
    expect(await runner.get()).toBe('200 served');
    expect(await runner.stop()).toBe(0);
    expect(runner.stderr.match(/NOTIFY_SOCKET/g)).toHaveLength(1);
  });
});

test('a machine without systemd-notify serves all the same, and says what is missing', async () => {
  const cwd = await folderWith({ 'app.cjs': application });
  const env = { NOTIFY_SOCKET: join(cwd, 'notify'), PATH: cwd };
  const runner = await new Runner(['--listen', './s', 'app.cjs'], { cwd, env }).serving();
  await runner.says(/cannot tell anybody there: spawn systemd-notify ENOENT/);
  expect(await runner.get()).toBe('200 served');
});
