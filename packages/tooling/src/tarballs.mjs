// What would be published, and how its users install it.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pnpmCommand } from './pnpm-command.mjs';
import { publishedPackages, root } from './workspace.mjs';

const run = promisify(execFile);

/**
 * Names of packages, each with the file that would be published.
 * @typedef {ReadonlyMap<string, string>} Tarballs
 */

/**
 * Packs what would be published.
 * @param {string} folder where the files are put
 * @param {string} [workspace] the root of the repository to pack
 * @returns {Promise<Tarballs>}
 */
export async function packTarballs(folder, workspace = root) {
  const [command, ...args] = pnpmCommand();
  /** @type {Map<string, string>} */
  const tarballs = new Map();
  for (const each of publishedPackages()) {
    const packing = run(command, [...args, 'pack', '--json', '--pack-destination', folder], {
      cwd: join(workspace, each.folder),
    });
    const { stdout } = await packing;
    tarballs.set(each.manifest.name, JSON.parse(stdout).filename);
  }
  return tarballs;
}

/**
 * What makes a project of an empty folder.
 * @typedef {object} Installation
 * @property {'npm' | 'pnpm'} installer
 * @property {string} name the package that the project depends on; its siblings come from tarballs, too
 * @property {string} project where to make the project
 * @property {Tarballs} tarballs
 * @property {boolean} offline with an empty cache and no network, so that whatever is not in the tarballs is missing
 */

/**
 * Installs one package into an empty project, as its users would once it is published.
 * @param {Installation} installation
 */
export async function installTarball(installation) {
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
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const [command, ...args] = installer === 'npm' ? npmInstall(installation) : pnpmInstall();
  await run(command, [...args, offline ? '--offline' : '--prefer-offline'], { cwd: project });
}

/**
 * @param {Installation} installation
 * @returns {[command: string, ...args: string[]]}
 */
function npmInstall({ offline, project }) {
  const cache = offline ? [`--cache=${join(project, '.cache')}`] : [];
  return ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...cache];
}

/** @returns {[command: string, ...args: string[]]} */
function pnpmInstall() {
  return [...pnpmCommand(), 'install', '--ignore-workspace', '--no-lockfile', '--reporter=silent'];
}
