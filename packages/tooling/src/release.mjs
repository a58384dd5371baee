// What a release does, apart from publishing: the same for a rehearsal and for the real one.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pnpmCommand } from './pnpm-command.mjs';
import { writeSboms } from './sbom.mjs';
import { installTarball, packTarballs } from './tarballs.mjs';
import { publishedPackages, readManifest, root } from './workspace.mjs';

const run = promisify(execFile);

/** @typedef {{ name: string, version: string, changelog: string }} Release */

/** @param {string} workspace the root of a repository */
function pendingChangesets(workspace) {
  const names = readdirSync(join(workspace, '.changeset'));
  return names.filter((name) => name.endsWith('.md') && name !== 'README.md');
}

/**
 * Why a working tree is not what can be published.
 * @param {string} workspace the root of a repository
 * @returns {string | undefined}
 */
export function whyNotPublish(workspace) {
  if (pendingChangesets(workspace).length > 0)
    return 'Changesets wait for a version: run `npm run version-packages`, look at the changelogs, and commit.';
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: workspace, encoding: 'utf8' });
  return changes === '' ? undefined : `There are changes that are not committed:\n${changes}`;
}

/**
 * A clone of the last commit with its versions raised and everything built: what the next release commit would be.
 * @param {string} folder where to make it
 */
export async function prepareClone(folder) {
  const [command, ...args] = pnpmCommand();
  const cwd = { cwd: folder };
  await run('git', ['clone', '--quiet', '--shared', root, folder]);
  // No more than a release is made of: the tools of the tests are most of the rest.
  const published = publishedPackages().map(({ manifest }) => `--filter=${manifest.name}`);
  const filters = ['--filter=fcgi-js-workspace', ...published.map((filter) => `${filter}...`)];
  await run(command, [...args, 'install', '--frozen-lockfile', '--prefer-offline', ...filters], cwd);
  if (pendingChangesets(folder).length > 0) await run(command, [...args, 'run', 'version-packages'], cwd);
  await run(command, [...args, ...published, 'run', 'build'], cwd);
}

/**
 * What a repository would publish, with the changelog of that version.
 * @param {string} workspace the root of a repository
 * @returns {Release[]}
 */
export function releases(workspace) {
  return publishedPackages().map(({ folder }) => {
    const { name, version } = readManifest(join(workspace, folder));
    const file = join(workspace, folder, 'CHANGELOG.md');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const [, rest = ''] = text.split(`\n## ${version}\n`);
    const [changelog = ''] = rest.split('\n## ');
    return { name, version, changelog: changelog.trim() };
  });
}

/** An application and a client of it, out of the meta-package alone. */
const smokeTest = `
import { createServer, fromNodeListener } from 'fcgi-js';
import { FcgiClient } from 'fcgi-js/client';
import { text } from 'node:stream/consumers';

const server = createServer({ responder: fromNodeListener((req, res) => res.end('answer to ' + req.url)) });
await server.listen('unix:' + process.argv[2]);
const client = new FcgiClient({ address: 'unix:' + process.argv[2] });
const params = { REQUEST_METHOD: 'GET', REQUEST_URI: '/smoke', SCRIPT_NAME: '', PATH_INFO: '/smoke' };
const response = await client.request({ params: { ...params, SERVER_PROTOCOL: 'HTTP/1.1' } });
console.log(response.status, await text(response.body));
await client.close();
await server.close();
`;

/**
 * Packs a built repository, installs the packages from their tarballs into an empty project and uses them, and writes what each
 * brings with it into {@link sbomFolder}.
 * @param {string} workspace the root of a repository
 * @param {string} folder an empty one to work in
 * @returns {Promise<string[]>} the tarballs, in the order in which they would be published
 * @throws {Error} where something that would be published does not work
 */
export async function smokeTestTarballs(workspace, folder) {
  const tarballs = await packTarballs(folder, workspace);
  const project = join(folder, 'project');
  await installTarball({ installer: 'npm', name: 'fcgi-js', offline: false, project, tarballs });
  const { stdout: version } = await run(join(project, 'node_modules/.bin/fcgi'), ['--version']);
  const expected = releases(workspace).find(({ name }) => name === '@fcgi-js/cli')?.version;
  if (version.trim() !== expected) throw new Error(`fcgi --version says ${version.trim()}, not ${expected}.`);
  writeFileSync(join(project, 'smoke.mjs'), smokeTest);
  const { stdout } = await run(process.execPath, ['smoke.mjs', join(folder, 'app.sock')], { cwd: project });
  if (stdout !== '200 answer to /smoke\n') throw new Error(`The installed packages answer: ${stdout}`);
  await writeSboms(tarballs);
  return [...tarballs.values()];
}
