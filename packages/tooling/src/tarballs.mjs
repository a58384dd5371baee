// What would be published, and how its users install it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pnpmCommand } from './pnpm-command.mjs';
import { publishedPackages, readManifest, root } from './workspace.mjs';

const run = promisify(execFile);

/**
 * Names of packages, each with the file that would be published.
 * @typedef {ReadonlyMap<string, string>} Tarballs
 */

/** Where {@link workspaceTarballs} keeps the files, in a folder for each state of the packages. */
const cache = join(root, 'node_modules/.cache/fcgi-js/tarballs');

const UNFINISHED = 'unfinished-';

/**
 * Packs what would be published.
 * @param {string} folder where the files are put
 * @param {string} [workspace] the root of the repository to pack
 * @returns {Promise<Tarballs>}
 */
export async function packTarballs(folder, workspace = root) {
  const [command, ...args] = pnpmCommand();
  const filters = publishedPackages().map(({ manifest }) => `--filter=${manifest.name}`);
  await run(command, [...args, ...filters, 'pack', '--json', '--pack-destination', folder], {
    cwd: workspace,
    maxBuffer: 64 * 1024 * 1024,
  });
  return tarballsIn(folder, workspace);
}

/**
 * What this repository would publish, packed by the first test that needs it after something has changed.
 * @returns {Promise<Tarballs>}
 */
export async function workspaceTarballs() {
  const folder = join(cache, fingerprint());
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    // Of an earlier state; another process may be busy with an unfinished one.
    for (const name of readdirSync(cache).filter((each) => !each.startsWith(UNFINISHED)))
      rmSync(join(cache, name), { recursive: true });
    const unfinished = mkdtempSync(join(cache, UNFINISHED));
    try {
      await packTarballs(unfinished);
      // Another process may have been faster.
      if (!existsSync(folder)) renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return tarballsIn(folder, root);
}

/**
 * @param {string} folder
 * @param {string} workspace whose manifests have the versions
 * @returns {Tarballs}
 */
function tarballsIn(folder, workspace) {
  return new Map(
    publishedPackages().map((each) => {
      const { name, version } = readManifest(join(workspace, each.folder));
      return [name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)];
    }),
  );
}

/** Another one as soon as a file of a package that is published is another one. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const { path } of publishedPackages()) {
    for (const place of ['.', 'bin', 'dist', 'src'].filter((name) => existsSync(join(path, name)))) {
      const options = { recursive: place !== '.', withFileTypes: /** @type {const} */ (true) };
      for (const entry of readdirSync(join(path, place), options)) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        const { mtimeMs, size } = statSync(file);
        hash.update(`${file} ${size} ${mtimeMs}\n`);
      }
    }
  }
  return hash.digest('hex').slice(0, 16);
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
