import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../../src/http.ts';
import { isRunning } from '../../src/is-running.ts';
import { sendRequests } from '../../src/load.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

/** How often the runner is replaced under load; SUCCESSIONS makes it more. */
const SUCCESSIONS = Number(process.env['SUCCESSIONS'] ?? 3);

/** How many workers the first runner has, and each of the next ones. */
const WORKERS = [2, 3, 1];

/** Of the page of the status. */
interface Status {
  readonly processes: ReadonlyArray<{ readonly pid: number }>;
}

const app = `module.exports = (req, res) => {
  if (Math.random() < 0.1) setTimeout(() => res.end('later'), 20);
  else res.end('now');
};`;

const missing = skipReason('nginx', 'wrk');
test.skipIf(missing).each([['kept', true] as const, ['not kept', false] as const])(
  `no request is lost while the whole runner is replaced, with more workers and with fewer, connections %s${missing ? ` (${missing})` : ''}`,
  { timeout: (SUCCESSIONS * 30 + 60) * 1000 },
  async (_how, keepConnections) => {
    const folder = await createScratchFolder();
    // Root runs no configuration that the group of the web server could write.
    await chmod(folder.path, 0o2755);
    const pidFile = join(folder.path, 'pid');
    const current = async () => Number(await readFile(pidFile, 'utf8'));
    const file = join(folder.path, 'app.cjs');
    await writeFile(file, app);
    const path = join(folder.path, 'app.sock');
    const configure = (workers: number) =>
      writeFile(
        join(folder.path, 'fcgi.config.json'),
        JSON.stringify({ app: file, listen: path, pidFile, statusPath: '/status', workers }),
      );
    await configure(WORKERS[0]!);
    const runner = await startRunner([], { cwd: folder.path });
    const parents = [await current()];
    onTestFinished(async () => {
      // The last of them is no child of this process.
      const last = parents.at(-1)!;
      if (isRunning(last)) process.kill(last, 'SIGTERM');
      await until(() => !isRunning(last) || undefined, { what: 'end of the last runner' });
      await runner.stop();
      await folder.remove();
    });
    const nginx = await startNginx({
      application: { kind: 'unix', path },
      folder: folder.path,
      keepConnections,
    });
    onTestFinished(nginx.stop);
    const http = new HttpClient(nginx.url);
    /** The processes that there are, when they are as many as there should be. */
    const workersAre = (wanted: number) =>
      until(
        async () => {
          const status = (await http.request('/status?json&full')).json() as Status;
          return status.processes.length === wanted ? status.processes.map(({ pid }) => pid) : undefined;
        },
        { what: `status with ${wanted} workers` },
      );
    let workers = await workersAre(WORKERS[0]!);

    const load = sendRequests(nginx.url, SUCCESSIONS * 30 + 60);
    while (parents.length <= SUCCESSIONS) {
      const before = parents.at(-1)!;
      const wanted = WORKERS[parents.length % WORKERS.length]!;
      await configure(wanted);
      process.kill(before, 'SIGUSR2');
      const pid = await until(async () => ((await current()) === before ? undefined : current()), {
        what: `process that takes the place of ${before}: ${runner.output}`,
        timeout: 30_000,
      });
      parents.push(pid);
      await until(() => !isRunning(before) || undefined, { what: `end of ${before}`, timeout: 30_000 });
      const replaced = workers;
      workers = await workersAre(wanted);
      expect([...replaced, ...workers].filter(isRunning)).toEqual(workers);
      await delay(300);
    }
    const report = await load.stop();
    if (process.env['SUCCESSIONS'] !== undefined) {
      console.log(`${report.requests} requests, ${parents.length - 1} runners replaced`);
    }
    expect(report.problems).toEqual([]);
    expect(report.requests).toBeGreaterThan(100);
    expect(new Set(parents).size).toBe(SUCCESSIONS + 1);
    const [errors] = await nginx.logs();
    const logged = errors?.match(/\[(?:error|crit|alert)\].*/g) ?? [];
    // nginx may reuse a kept connection in the moment in which it is closed; it then repeats the request by itself.
    const isRepeated = (line: string) => keepConnections && /upstream prematurely closed/.test(line);
    expect(logged.filter((line) => !isRepeated(line))).toEqual([]);
    expect(runner.output).not.toMatch(/has ended/);
  },
);
