import { chmodSync, cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../tooling/src/workspace.mjs';
import { folderWith, Runner } from './support/runner.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: fcgi run --user of an installation that only root can read (needs root)');

const user = 'www-data';
const ways: ReadonlyArray<[way: string, args: readonly string[]]> = [
  ['alone', []],
  ['with workers', ['--workers', '1']],
];

/** Copies a package, as it is published, and all that it depends on: each once, side by side. */
function install(name: string, source: string, modules: string): void {
  const target = join(modules, name);
  if (existsSync(target)) return;
  const isOurs = name.startsWith('@fcgi-js/');
  for (const part of isOurs ? ['package.json', 'dist'] : ['']) {
    cpSync(join(source, part), join(target, part), { recursive: true });
  }
  for (const dependency of Object.keys(readManifest(source).dependencies ?? {})) {
    install(dependency, find(dependency, source), modules);
  }
}

/** Where Node would find a package. */
function find(name: string, from: string): string {
  const folder = join(from, 'node_modules', name);
  return existsSync(folder) ? realpathSync(folder) : find(name, dirname(from));
}

describe.runIf(isRoot)('an installation that only root can read', () => {
  let installation: string;
  let program: string;

  beforeAll(() => {
    installation = mkdtempSync(join(tmpdir(), 'fcgi-private-'));
    const modules = join(installation, 'node_modules');
    install('@fcgi-js/cli', fileURLToPath(new URL('../../cli', import.meta.url)), modules);
    program = join(modules, '@fcgi-js/cli/dist/bin/fcgi.js');
    chmodSync(installation, 0o700);
  });
  afterAll(() => rmSync(installation, { recursive: true, force: true }));

  /** A folder that the user may look into. */
  const place = async (files: Readonly<Record<string, string>>) => {
    const cwd = await folderWith(files);
    chmodSync(cwd, 0o755);
    return cwd;
  };

  test.each(ways)('serves as another user, with logs, status pages and watchdog: %s', async (_way, args) => {
    const cwd = await place({
      'app.cjs': `module.exports = (req, res) => {
        if (req.url === '/block') for (;;);
        res.end(String(process.getuid()));
      };`,
    });
    const options = ['--access-log', '-', '--status-path', '/status', '--blocked-timeout', '1'];
    const runner = new Runner(['--listen', './s', '--user', user, ...args, ...options, 'app.cjs'], {
      cwd,
      program,
    });
    await runner.serving();
    expect(await runner.get()).toMatch(/^200 [1-9]\d*$/);
    expect(await runner.get('/status?openmetrics')).toMatch(/^200 .*^fcgi_requests_total 2$/ms);
    await expect.poll(() => runner.stdout).toMatch(/GET \/ /);
    await Promise.all([
      runner.get('/block').catch(() => {}),
      runner.says(/blocked for 1 s.* is ended\. It is here:\n.*app\.cjs/s),
    ]);
  });

  test.each(ways)('says why it cannot load TypeScript as another user: %s', async (_way, args) => {
    const cwd = await place({ 'app.ts': 'export default () => {};' });
    const runner = new Runner(['--listen', './s', '--user', user, ...args, 'app.ts'], { cwd, program });
    expect(await runner.exited).toBe(1);
    expect(runner.stderr).toMatch(
      /app\.ts is TypeScript\. tsx compiles it, and user \d+ cannot read where that is installed: \S+dist\. Install fcgi where/,
    );
  });
});
