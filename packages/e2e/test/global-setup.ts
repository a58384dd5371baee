import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpmCommand } from '../../tooling/src/pnpm-command.mjs';
import { root } from '../../tooling/src/workspace.mjs';

/** What the applications of these tests are made of. */
const PACKAGES = ['protocol', 'server', 'e2e'];

/** Builds what the applications run on, unless `npm test` or somebody else has just done so. */
export default function setup(): void {
  if (!PACKAGES.some(isStale)) return;
  const [command, ...args] = pnpmCommand();
  const filters = PACKAGES.map((name) => `--filter=./packages/${name}`);
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
