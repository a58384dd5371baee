import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { count, sendRequests } from '../../src/load.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

/** For how long requests are sent at least, for each kind of connection; RUN_SECONDS makes it longer. */
const SECONDS = Number(process.env['RUN_SECONDS'] ?? 8);
/** What there must have been of each, however busy the machine is. */
const RELOADS = 3;

const app = `module.exports = (req, res) => {
  if (Math.random() < 0.1) setTimeout(() => res.end('later'), 20);
  else res.end('now');
};`;

const missing = skipReason('nginx', 'wrk');
test.skipIf(missing).each([['kept', true] as const, ['not kept', false] as const])(
  `reloads and recycling lose no request, connections %s${missing ? ` (${missing})` : ''}`,
  { timeout: (SECONDS + 100) * 1000 },
  async (_how, keepConnections) => {
    const folder = await createScratchFolder();
    onTestFinished(folder.remove);
    const file = join(folder.path, 'app.cjs');
    await writeFile(file, app);
    const path = join(folder.path, 'app.sock');
    const args = ['--listen', path, '--workers', '2', '--max-requests', '50', file];
    const runner = await startRunner(args, { cwd: folder.path });
    onTestFinished(() => runner.stop());
    const nginx = await startNginx({
      application: { kind: 'unix', path },
      folder: folder.path,
      keepConnections,
    });
    onTestFinished(nginx.stop);

    const load = sendRequests(nginx.url, SECONDS + 60);
    const start = performance.now();
    const reloaded = () => count(/reloaded: all workers/g, runner.output);
    while (performance.now() - start < SECONDS * 1000 || reloaded() < RELOADS) {
      const before = reloaded();
      runner.kill('SIGHUP');
      await until(() => reloaded() > before || undefined, {
        what: 'reload that is complete',
        timeout: 30_000,
      });
      // Some requests for each generation, so that some workers are recycled as well.
      await delay(300);
    }
    const report = await load.stop();
    const recycled = count(/is replaced: it has had/g, runner.output);
    if (process.env['RUN_SECONDS'] !== undefined) {
      console.log(`${report.requests} requests, ${reloaded()} reloads, ${recycled} workers recycled`);
    }
    expect(report.problems).toEqual([]);
    expect(report.requests).toBeGreaterThan(100);
    expect(recycled).toBeGreaterThan(0);
    const [errors] = await nginx.logs();
    const logged = errors?.match(/\[(?:error|crit|alert)\].*/g) ?? [];
    // nginx may reuse a kept connection in the moment in which it is closed; it then repeats the request by itself.
    const isRepeated = (line: string) => keepConnections && /upstream prematurely closed/.test(line);
    expect(logged.filter((line) => !isRepeated(line))).toEqual([]);
    expect(runner.output).not.toMatch(/has ended/);
  },
);
