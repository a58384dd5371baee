import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../../src/http.ts';
import { isRunning } from '../../src/is-running.ts';
import { count, sendRequests } from '../../src/load.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

const app = `module.exports = (req, res) => {
  if (req.url === '/who') res.end(process.pid + ' ' + process.getuid());
  else if (Math.random() < 0.1) setTimeout(() => res.end('later'), 20);
  else res.end('now');
};`;

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('without root, both applications run as the same user');
const USERS = { blog: 'nobody', shop: 'www-data' } as const;
type Name = keyof typeof USERS;

const uidOf = (user: string) =>
  isRoot ? Number(execFileSync('id', ['-u', user], { encoding: 'utf8' })) : process.getuid?.();

/** Two applications under one parent, each behind an nginx of its own. */
async function start() {
  const folder = await createScratchFolder();
  // Root runs no configuration that the group of the web server could write.
  await chmod(folder.path, 0o2755);
  const pidFile = join(folder.path, 'pid');
  await mkdir(join(folder.path, 'pools'), { mode: 0o755 });
  const socketOf = (name: Name) => join(folder.path, `${name}.sock`);
  const fileOf = (name: Name) => join(folder.path, `${name}.cjs`);
  for (const name of ['blog', 'shop'] as const) {
    await writeFile(fileOf(name), app);
    const user = isRoot ? { user: USERS[name] } : {};
    const options = { app: fileOf(name), listen: socketOf(name), socketMode: '666', workers: 2, ...user };
    await writeFile(join(folder.path, 'pools', `${name}.json`), JSON.stringify(options));
  }
  const runner = await startRunner(['--pid-file', pidFile, '--config', 'pools/*.json'], { cwd: folder.path });
  const says = (what: string, pattern: RegExp, times = 1) =>
    until(() => count(new RegExp(pattern, 'g'), runner.output) >= times || undefined, {
      what: `${what}: ${runner.output}`,
      timeout: 30_000,
    });
  await says('start', /2 of 2 applications are served/);
  const parent = async () => Number(await readFile(pidFile, 'utf8'));
  onTestFinished(async () => {
    const last = await parent().catch(() => undefined);
    if (last !== undefined && isRunning(last)) process.kill(last, 'SIGTERM');
    await until(() => last === undefined || !isRunning(last) || undefined, {
      what: 'end of the last runner',
    });
    await runner.stop();
    await folder.remove();
  });
  const behind = async (name: Name) => {
    const own = await createScratchFolder();
    onTestFinished(own.remove);
    const nginx = await startNginx({
      application: { kind: 'unix', path: socketOf(name) },
      folder: own.path,
      keepConnections: true,
    });
    onTestFinished(nginx.stop);
    const http = new HttpClient(nginx.url);
    const who = async () => (await http.request('/who')).text().split(' ').map(Number);
    return { load: () => sendRequests(nginx.url, 600), nginx, who };
  };
  return { blog: await behind('blog'), fileOf, parent, runner, says, shop: await behind('shop') };
}

/** What nginx has to complain of. */
async function errorsOf(nginx: WebServer): Promise<string[]> {
  const [errors = ''] = await nginx.logs();
  const logged = errors.match(/\[(?:error|crit|alert)\].*/g) ?? [];
  // It may reuse a kept connection in the moment in which that is closed; it then repeats the request by itself.
  return logged.filter((line) => !/upstream prematurely closed/.test(line));
}

const missing = skipReason('nginx', 'wrk');
test.skipIf(missing)(
  `no request is lost while one of two applications is reloaded, all are, one is broken, and USR2 replaces their parent${missing ? ` (${missing})` : ''}`,
  { timeout: 240_000 },
  async () => {
    const { blog, fileOf, parent, runner, says, shop } = await start();
    for (const [name, { who }] of Object.entries({ blog, shop })) {
      expect((await who())[1]).toBe(uidOf(USERS[name as Name]));
    }
    const loads = [blog.load(), shop.load()];

    // One alone, by any of its workers.
    for (const generation of [2, 3]) {
      process.kill((await shop.who())[0]!, 'SIGHUP');
      await says('reload of one', new RegExp(`shop: reloaded: all workers serve generation ${generation}`));
    }
    expect(runner.output).not.toMatch(/blog: reloaded/);

    // A release that does not load: the workers from before go on, and the other application has the new code.
    await writeFile(fileOf('shop'), 'throw new Error("broken release");');
    process.kill(await parent(), 'SIGHUP');
    await says('reload that fails', /shop: the reload has failed/);
    await says('reload of the other', /blog: reloaded: all workers serve generation 2/);
    const before = await parent();
    process.kill(before, 'SIGUSR2');
    await says('hand-over that fails', /starting anew has failed, and this process goes on/);
    expect(await parent()).toBe(before);

    await writeFile(fileOf('shop'), app);
    process.kill(before, 'SIGUSR2');
    await says('hand-over', /process \d+ serves; this one/);
    await until(() => !isRunning(before) || undefined, { what: `end of ${before}`, timeout: 60_000 });
    expect(await parent()).not.toBe(before);

    for (const { nginx } of [blog, shop]) expect(await errorsOf(nginx)).toEqual([]);

    // One that crashes takes nothing from the other: only its own requests are lost.
    const reports = [await loads[0]!.stop(), await loads[1]!.stop()];
    const requests = reports.map((report) => report.requests);
    if (process.env['WIRE_FIGURES'] !== undefined) console.log(`requests to blog and shop: ${requests}`);
    for (const report of reports) {
      expect(report.problems).toEqual([]);
      expect(report.requests).toBeGreaterThan(100);
    }
    const calm = blog.load();
    for (let crash = 1; crash <= 4; crash += 1) process.kill((await shop.who())[0]!, 'SIGKILL');
    await says('crash loop', /shop: \d workers in a row have ended soon after their start/);
    expect((await calm.stop()).problems).toEqual([]);
    expect(await errorsOf(blog.nginx)).toEqual([]);
  },
);
