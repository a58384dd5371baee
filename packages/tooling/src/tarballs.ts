import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pnpmCommand } from './pnpm-command.mjs';
import { publishedPackages } from './workspace.mjs';

const run = promisify(execFile);

/** Names of packages, each with the file that would be published. */
export type Tarballs = ReadonlyMap<string, string>;

/**
 * Packs what would be published.
 *
 * @param folder where the files are put
 */
export async function packTarballs(folder: string): Promise<Tarballs> {
  const [command, ...args] = pnpmCommand();
  const tarballs = new Map<string, string>();
  for (const { path, manifest } of publishedPackages()) {
    const { stdout } = await run(command, [...args, 'pack', '--json', '--pack-destination', folder], {
      cwd: path,
    });
    const { filename } = JSON.parse(stdout) as { filename: string };
    tarballs.set(manifest.name, filename);
  }
  return tarballs;
}

/** What makes a project of an empty folder. */
export interface Installation {
  readonly installer: 'npm' | 'pnpm';
  /** The package that the project depends on; its siblings come from tarballs, too. */
  readonly name: string;
  /** Where to make the project. */
  readonly project: string;
  readonly tarballs: Tarballs;
  /** With an empty cache and no network, so that whatever is not in the tarballs is missing. */
  readonly offline: boolean;
}

/** Installs one package into an empty project, as its users would once it is published. */
export async function installTarball(installation: Installation): Promise<void> {
  const { installer, name, offline, project, tarballs } = installation;
  const files = Object.fromEntries([...tarballs].map(([sibling, file]) => [sibling, `file:${file}`]));
  // npm refuses an override of what the project itself names.
  const { [name]: own, ...siblings } = files;
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { [name]: own },
    ...(installer === 'npm' ? { overrides: siblings } : { pnpm: { overrides: siblings } }),
  };
  await mkdir(project);
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  const [command, ...args] = installer === 'npm' ? ['npm', ...npmFlags(installation)] : pnpmInstall();
  await run(command ?? installer, [...args, offline ? '--offline' : '--prefer-offline'], { cwd: project });
}

function npmFlags({ offline, project }: Installation): string[] {
  const flags = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  return offline ? [...flags, `--cache=${join(project, '.cache')}`] : flags;
}

function pnpmInstall(): string[] {
  return [...pnpmCommand(), 'install', '--ignore-workspace', '--no-lockfile', '--reporter=silent'];
}
