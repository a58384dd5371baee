import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import type { Child } from '../../src/child.ts';
import { HttpClient } from '../../src/http.ts';
import { isRunning } from '../../src/is-running.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import { Random } from '../../src/wire/random.ts';

/** For how long things go wrong; CHAOS_SECONDS makes it longer. */
const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 60);
/** Which things, in which order. The same for every run unless CHAOS_SEED is set, so that a failure is news of the code. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 20);
const BROWSERS = 6;
const WORKERS = 3;
/** Milliseconds that everything has to settle: restarts after crashes pause for up to 30 s. */
const SETTLING = 60_000;

/** A release says which it is. Each request takes a moment, so that some are under way whenever something happens. */
const release = (number: number) => `const http = require('node:http');
http.createServer((req, res) => {
  req.resume().on('end', () => setTimeout(() => res.end('${number} ' + process.pid), 15));
}).listen(3000);`;

/** One request, as the browser saw it: when, and how it was answered. */
interface Outcome {
  readonly from: number;
  readonly path: string;
  readonly status: number;
  readonly to: number;
}

/** A time in which requests may be lost: those that a killed worker had, or for which there was no socket. */
interface Damage {
  readonly from: number;
  to: number;
  readonly what: string;
}

/** The processes of this test: what was started in its folder, or names it. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && isRunning(Number(name)))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        const isOurs = `${readlinkSync(`/proc/${pid}/cwd`)} ${command}`.includes(folder);
        return isOurs && !command.includes('nginx') ? [`${pid} ${command}`] : [];
      } catch {
        // It has just ended, or is none that this user may look at.
        return [];
      }
    });
}

const missing = skipReason('nginx');
test.skipIf(missing)(
  `whatever is killed, stopped, filled or broken under load, every request is accounted for${missing ? ` (${missing})` : ''}`,
  { timeout: SECONDS * 1_000 + 4 * SETTLING },
  async () => {
    const random = new Random(SEED);
    const folder = await createScratchFolder();
    // Root runs no configuration that the group of the web server could write.
    await chmod(folder.path, 0o2755);
    const at = (name: string) => join(folder.path, name);
    const socket = at('app.sock');
    await writeFile(at('app.cjs'), release(1));
    await writeFile(
      at('fcgi.config.json'),
      JSON.stringify({
        accessLog: at('access.log'),
        app: at('app.cjs'),
        listen: socket,
        pidFile: at('pid'),
        statusPath: '/status',
        workers: WORKERS,
      }),
    );
    const runner: Child = await startRunner([], { cwd: folder.path });
    const parent = async () => Number(await readFile(at('pid'), 'utf8'));
    onTestFinished(async () => {
      for (const line of processesIn(folder.path)) process.kill(Number.parseInt(line, 10), 'SIGKILL');
      await runner.stop();
      await folder.remove();
    });
    const nginx = await startNginx({ application: { kind: 'unix', path: socket }, folder: folder.path });
    onTestFinished(nginx.stop);

    const outcomes: Outcome[] = [];
    const damages: Damage[] = [];
    let phase: 'over' | 'running' = 'running';
    const browse = async (number: number) => {
      const client = new HttpClient(nginx.url, { timeout: SETTLING });
      for (let turn = 0; phase === 'running'; turn += 1) {
        const from = performance.now();
        const path = `/${number}-${turn}`;
        // nginx asks once, whatever happens.
        const { status } = await client.request({ path, method: 'POST', body: Buffer.from('x') });
        outcomes.push({ from, path, status, to: performance.now() });
      }
    };
    /** What was done, and when. */
    const done: string[] = [];
    const browsers = Promise.all(Array.from({ length: BROWSERS }, (_, number) => browse(number)));

    const status = new HttpClient(nginx.url, { timeout: SETTLING });
    const workers = async (): Promise<number[]> => {
      const { processes } = (await status.request({ path: '/status?json&full' })).json() as {
        processes: ReadonlyArray<{ pid: number; state: string }>;
      };
      return processes.filter(({ state }) => /Idle|Running/.test(state)).map(({ pid }) => pid);
    };
    /** Requests may be lost while something is done, until a request is answered again. */
    const damaging = async (what: string, action: () => Promise<void>) => {
      const damage: Damage = { from: performance.now(), to: Number.POSITIVE_INFINITY, what };
      damages.push(damage);
      await action();
      await eventually(
        `answer after: ${what}`,
        async () => (await status.request({ path: '/' })).status === 200 || undefined,
      );
      damage.to = performance.now();
    };
    /** Waits, and says in vain what the runner has printed in the end. */
    const eventually = <T>(what: string, check: () => T | undefined | Promise<T | undefined>) =>
      until(check, { what, timeout: SETTLING }).catch((error: Error) => {
        throw new Error(
          `${error.message} (seed ${SEED}), after: ${done.slice(-4).join(', ')}\n${runner.output.slice(-3_000)}`,
        );
      });
    const says = (pattern: RegExp, from: number) =>
      eventually(`line ${pattern}`, () => pattern.test(runner.output.slice(from)) || undefined);
    let current = 1;
    const signal = async (name: NodeJS.Signals) => process.kill(await parent(), name);

    const disturbances: Readonly<Record<string, () => Promise<void>>> = {
      'a new release': async () => {
        current += 1;
        await writeFile(at('app.cjs'), release(current));
        const from = runner.output.length;
        await signal('SIGHUP');
        await says(/reloaded: all workers/, from);
        // What a worker still had on a connection that nginx keeps, it serves before it leaves that connection to the next.
        await eventually(
          `answer of release ${current}`,
          async () =>
            String((await status.request({ path: '/' })).body).startsWith(`${current} `) || undefined,
        );
      },
      'a broken release': async () => {
        await writeFile(at('app.cjs'), 'throw new Error("broken release");');
        const from = runner.output.length;
        await signal('SIGHUP');
        await says(/the reload has failed/, from);
        await writeFile(at('app.cjs'), release(current));
      },
      'another runner': async () => {
        const before = await parent();
        await signal('SIGUSR2');
        await eventually('successor', async () => (await parent()) !== before || undefined);
        await eventually('end of the runner before', () => !isRunning(before) || undefined);
      },
      'another runner that cannot start': async () => {
        await writeFile(at('app.cjs'), 'throw new Error("broken release");');
        const from = runner.output.length;
        await signal('SIGUSR2');
        await says(/starting anew has failed, and this process goes on/, from);
        await writeFile(at('app.cjs'), release(current));
      },
      'a deleted socket while another runner starts': () =>
        damaging('a deleted socket while another runner starts', async () => {
          const before = await parent();
          await signal('SIGUSR2');
          await delay(random.between(0, 500));
          await rm(socket, { force: true });
          await eventually('successor', async () => (await parent()) !== before || undefined);
          await eventually('end of the runner before', () => !isRunning(before) || undefined);
          await eventually('socket made anew', () => existsSync(socket) || undefined);
        }),
      'signals in haste': async () => {
        const from = runner.output.length;
        for (const name of ['SIGHUP', 'SIGUSR1', 'SIGHUP', 'SIGHUP'] as const) {
          await signal(name);
          await delay(random.between(0, 20));
        }
        await says(/reloaded: all workers/, from);
      },
      'a killed worker': () =>
        damaging('a killed worker', async () => {
          const pid = random.pick(await workers());
          process.kill(pid, 'SIGKILL');
          await eventually('end of the worker', () => !isRunning(pid) || undefined);
        }),
      'a stopped worker': async () => {
        const pid = random.pick(await workers());
        process.kill(pid, 'SIGSTOP');
        await delay(random.between(50, 1_500));
        process.kill(pid, 'SIGCONT');
      },
      'a full disk': async () => {
        // In one step: a worker that starts in between would make the file anew.
        await symlink('/dev/full', at('full'));
        await rename(at('full'), at('access.log'));
        await signal('SIGUSR1');
        await delay(random.between(50, 500));
        await rm(at('access.log'));
        await signal('SIGUSR1');
        await eventually('new access log', () => existsSync(at('access.log')) || undefined);
      },
      'a deleted socket': () =>
        damaging('a deleted socket', async () => {
          await rm(socket);
          await eventually('socket made anew', () => existsSync(socket) || undefined);
        }),
    };
    const end = performance.now() + SECONDS * 1_000;
    while (performance.now() < end || done.length < Object.keys(disturbances).length) {
      // Each at least once, then at random.
      const what = Object.keys(disturbances)[done.length] ?? random.pick(Object.keys(disturbances));
      done.push(`${what} (${Math.round(performance.now())})`);
      await disturbances[what]?.();
      await delay(random.between(0, 300));
    }
    await eventually(
      'complete pool in the end',
      async () => (await workers()).length === WORKERS || undefined,
    );
    phase = 'over';
    await browsers;

    const lost = outcomes.filter(({ status: answered }) => answered !== 200);
    const unexplained = lost.filter(
      ({ from, to }) => !damages.some((damage) => from <= damage.to && to >= damage.from),
    );
    console.log(
      `chaos, seed ${SEED}: ${outcomes.length} requests, ${done.length} disturbances, ${lost.length} requests lost, all of them by ${damages.length} kills and deleted sockets`,
    );
    expect(unexplained, `seed ${SEED}: ${done.join(', ')}`).toEqual([]);
    expect(runner.output).not.toMatch(/should not have happened|UnhandledPromise|Uncaught/);

    const last = await parent();
    process.kill(last, 'SIGTERM');
    await until(() => !isRunning(last) || undefined, { what: 'end of the last runner', timeout: SETTLING });
    await until(() => processesIn(folder.path).length === 0 || undefined, {
      what: `empty process tree, but there are\n${processesIn(folder.path).join('\n')}`,
    });
  },
);
