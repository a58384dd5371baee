import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './workspace.mjs';

/**
 * A JavaScript runtime of one exact version. It comes from npm when a test first asks for it: as a dependency of the
 * workspace, all of them together would be half a gigabyte for everyone who only wants to run `npm start`.
 */
export interface Runtime {
  readonly name: 'bun' | 'deno' | 'node';
  readonly version: string;
}

/** The runtimes in which packages that need no Node are tested, beside Chromium. */
export const runtimes: readonly Runtime[] = [
  { name: 'node', version: '20.20.2' },
  { name: 'node', version: '22.23.3' },
  { name: 'node', version: '24.21.0' },
  { name: 'node', version: '26.10.0' },
  { name: 'deno', version: '2.9.6' },
  { name: 'bun', version: '1.4.5' },
];

const cache = join(root, 'node_modules/.cache/fcgi-js/runtimes');

/**
 * The path of a runtime's program, which is installed before if it is not there yet.
 *
 * @throws Error where there is no build for this platform, or npm fails; with npm's own words
 */
export async function runtimeProgram({ name, version }: Runtime): Promise<string> {
  const { packageName, program } = platformPackage(name);
  const folder = join(cache, `${name}-${version}`);
  const path = join(folder, 'node_modules', packageName, program);
  if (!existsSync(path)) await install(`${packageName}@${version}`, folder);
  return path;
}

/**
 * The package with the program for this platform. The packages `node`, `deno` and `bun` would fetch the same one, but
 * only with an install script, which npm may be told not to run.
 */
function platformPackage(name: Runtime['name']): { packageName: string; program: string } {
  const { arch, platform } = process;
  if (!['linux', 'darwin'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    throw new Error(`There is no ${name} to test with on ${platform} ${arch}.`);
  }
  switch (name) {
    case 'node':
      return { packageName: `node-${platform}-${arch}`, program: 'bin/node' };
    case 'deno': {
      const library = platform === 'linux' ? '-glibc' : '';
      return { packageName: `@deno/${platform}-${arch}${library}`, program: 'deno' };
    }
    case 'bun': {
      const processor = arch === 'arm64' ? 'aarch64' : arch;
      return { packageName: `@oven/bun-${platform}-${processor}`, program: 'bin/bun' };
    }
  }
}

/** Installs into a folder beside, so that an interrupted installation is never taken for a whole one. */
async function install(specifier: string, folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', ['install', ...options, '--prefix', unfinished, specifier], {
      cwd: unfinished,
    });
    // Another process may have been faster.
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
