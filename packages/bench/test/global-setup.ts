import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpmCommand } from '../../tooling/src/pnpm-command.mjs';
import { root } from '../../tooling/src/workspace.mjs';

/** What there is to build, in this order, each of its sources and of what is built before it. */
const PACKAGES = ['protocol', 'server', 'bench'];

/** Builds what the contenders run on, unless `npm test` or somebody else has just done so. */
export default function setup(): void {
  const first = PACKAGES.findIndex(isStale);
  if (first === -1) return;
  const [command, ...args] = pnpmCommand();
  const filters = PACKAGES.slice(first).map((name) => `--filter=./packages/${name}`);
  const built = spawnSync(command, [...args, ...filters, 'run', 'build'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build failed.\n${built.stdout}${built.stderr}`);
}

function isStale(name: string, index: number): boolean {
  const below = PACKAGES.slice(0, index).flatMap((other) => times(other, 'dist'));
  const built = times(name, 'dist');
  return built.length === 0 || Math.min(...built) < Math.max(...times(name, 'src'), ...below);
}

function times(name: string, folder: string): number[] {
  const path = join(root, 'packages', name, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
