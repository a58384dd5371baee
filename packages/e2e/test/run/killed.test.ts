import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../../src/http.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

const BROWSERS = 10;
const KILLS = 5;

/** Notes which process begins which request, and takes 20 ms for each. */
const app = `const { appendFileSync } = require('node:fs');
module.exports = (req, res) => {
  appendFileSync('begun', req.url + ' ' + process.pid + '\\n');
  req.resume().on('end', () => setTimeout(() => res.end(String(process.pid)), 20));
};`;

/** One request, as the browser saw it. */
interface Outcome {
  readonly from: number;
  readonly path: string;
  readonly pid: string;
  readonly status: number;
  readonly to: number;
}

/** The lines of each request. Node 20 has no Map.groupBy. */
function placesOf(lines: readonly string[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const line of lines) {
    const [asked = ''] = line.split(' ');
    places.set(asked, [...(places.get(asked) ?? []), line]);
  }
  return places;
}

const missing = skipReason('nginx');
test.skipIf(missing).each(['kept', 'not kept'])(
  `a worker that is killed loses its requests under way and no other, connections %s${missing ? ` (${missing})` : ''}`,
  async (how) => {
    const folder = await createScratchFolder();
    onTestFinished(folder.remove);
    await writeFile(join(folder.path, 'app.cjs'), app);
    const path = join(folder.path, 'app.sock');
    const runner = await startRunner(['--listen', path, '--workers', '2', 'app.cjs'], { cwd: folder.path });
    onTestFinished(() => runner.stop());
    const application = { kind: 'unix', path } as const;
    const keepConnections = how === 'kept';
    const nginx = await startNginx({ application, folder: folder.path, keepConnections });
    onTestFinished(nginx.stop);

    const outcomes: Outcome[] = [];
    let isOver = false;
    const browse = async (number: number) => {
      const client = new HttpClient(nginx.url);
      for (let turn = 0; !isOver; turn += 1) {
        const from = performance.now();
        const asked = `/${number}-${turn}`;
        // nginx asks once, whatever happens.
        const { body, status } = await client.request({
          path: asked,
          method: 'POST',
          body: Buffer.from('x'),
        });
        outcomes.push({ from, path: asked, pid: String(body), status, to: performance.now() });
      }
    };
    const browsers = Promise.all(Array.from({ length: BROWSERS }, (_, number) => browse(number)));
    const killed: Array<{ readonly at: number; readonly gone: number; readonly pid: string }> = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = outcomes.length;
      await until(() => outcomes.length > before + 30 || undefined, {
        what: 'more answers',
        timeout: 30_000,
      });
      const pid = outcomes.findLast(({ status }) => status === 200)?.pid ?? '';
      const at = performance.now();
      process.kill(Number(pid), 'SIGKILL');
      await until(() => runner.output.includes(`(process ${pid}) has ended: SIGKILL`) || undefined, {
        what: 'the end of the worker',
      });
      killed.push({ at, gone: performance.now(), pid });
      await delay(200);
    }
    isOver = true;
    await browsers;

    const begun = (await readFile(join(folder.path, 'begun'), 'utf8')).trim().split('\n');
    const places = placesOf(begun);
    const lost = outcomes.filter(({ status }) => status !== 200);
    // What was lost was under way when a worker was killed, and no other worker had it. nginx may choose a kept
    // connection until it has heard that the worker has gone.
    for (const { from, path: asked, status, to } of lost) {
      expect(status).toBe(502);
      const suspects = killed
        .filter(({ at, gone }) => from <= gone && at <= to)
        .map(({ pid }) => `${asked} ${pid}`);
      expect(suspects.length, `${asked} is lost, and nobody was killed`).toBeGreaterThan(0);
      const by = places.get(asked) ?? [];
      expect(by.length).toBeLessThanOrEqual(1);
      for (const line of by) expect(suspects).toContain(line);
    }
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThanOrEqual(BROWSERS * KILLS);
    // What was answered was begun once, by the process that has answered.
    for (const { path: asked, pid } of outcomes.filter(({ status }) => status === 200)) {
      expect(places.get(asked)).toEqual([`${asked} ${pid}`]);
    }
  },
);
