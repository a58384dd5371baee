import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpmCommand } from './pnpm-command.mjs';
import { root } from './workspace.mjs';

/**
 * Builds what the processes of a test run on, unless `npm test` or another test has just done so. What a package
 * depends on is not bundled into it, so only those that have changed themselves are built.
 *
 * @param packages names of folders below `packages`
 */
export function buildWhenStale(packages: readonly string[]): void {
  const stale = packages.filter(isStale);
  if (stale.length === 0) return;
  const [command, ...args] = pnpmCommand();
  const filters = stale.map((name) => `--filter=./packages/${name}`);
  const built = spawnSync(command, [...args, ...filters, 'run', 'build'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build failed.\n${built.stdout}${built.stderr}`);
}

function isStale(name: string): boolean {
  const folder = join(root, 'packages', name);
  const built = times(join(folder, 'dist'));
  return built.length === 0 || Math.min(...built) < Math.max(...times(join(folder, 'src')));
}

function times(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
