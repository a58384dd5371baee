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

/** For how long requests are sent at least, for each kind of them; RUN_SECONDS makes it longer. */
const SECONDS = Number(process.env['RUN_SECONDS'] ?? 5);
/** How many reloads there must have been, however busy the machine is; RUN_RELOADS makes them more. */
const RELOADS = Number(process.env['RUN_RELOADS'] ?? 3);

const app = `module.exports = async (req, res) => {
  let length = 0;
  for await (const chunk of req) length += chunk.length;
  if (Math.random() < 0.1) setTimeout(() => res.end('later ' + length), 20);
  else res.end('now ' + length);
};`;

/** What wrk sends. POST is what nginx never sends again by itself: one that is lost is answered with 502. */
const scripts = {
  GET: 'wrk.method = "GET"',
  POST: 'wrk.method = "POST"; wrk.body = string.rep("x", 2000)',
};

const missing = skipReason('nginx', 'wrk');
test.skipIf(missing).each([
  ['GET', 'kept'],
  ['POST', 'kept'],
  ['GET', 'not kept'],
  ['POST', 'not kept'],
] as const)(
  `reloads and recycling lose no %s, connections %s${missing ? ` (${missing})` : ''}`,
  { timeout: (SECONDS + RELOADS * 10 + 100) * 1000 },
  async (method, how) => {
    const keepConnections = how === 'kept';
    const folder = await createScratchFolder();
    onTestFinished(folder.remove);
    const file = join(folder.path, 'app.cjs');
    await writeFile(file, app);
    const script = join(folder.path, 'requests.lua');
    await writeFile(script, scripts[method]);
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

    const load = sendRequests(nginx.url, 3_600, script);
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
    if (process.env['RUN_SECONDS'] !== undefined || process.env['RUN_RELOADS'] !== undefined) {
      console.log(
        `${method}, connections ${how}: ${report.requests} requests, ${reloaded()} reloads, ${recycled} workers recycled`,
      );
    }
    expect(report.problems).toEqual([]);
    expect(report.requests).toBeGreaterThan(100);
    expect(recycled).toBeGreaterThan(0);
    const [errors] = await nginx.logs();
    // Nor has nginx repeated one, which it would say.
    expect(errors?.match(/\[(?:error|crit|alert)\].*/g) ?? []).toEqual([]);
    expect(runner.output).not.toMatch(/has ended/);
  },
);
