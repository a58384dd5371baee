// What each package brings with it, as CycloneDX, from what npm would install for it.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './workspace.mjs';

const run = promisify(execFile);

/** @typedef {import('./tarballs.mjs').Tarballs} Tarballs */

/**
 * The parts of a CycloneDX document that are changed here.
 * @typedef {object} Sbom
 * @property {{ component: Component }} metadata
 * @property {Component[]} components
 * @property {{ ref: string }[]} dependencies
 */

/** @typedef {{ name: string, externalReferences: { url: string }[] }} Component */

/** The project in which a package is installed to see what it brings. */
const PROJECT = { name: 'project', version: '0.0.0' };

/** Where {@link writeSboms} writes. */
export const sbomFolder = join(root, 'packages/tooling/reports/sbom');

/**
 * Writes `<name>-<version>.cdx.json` for each package.
 * @param {Tarballs} tarballs
 * @returns {Promise<string[]>} the files
 */
export async function writeSboms(tarballs) {
  rmSync(sbomFolder, { recursive: true, force: true });
  mkdirSync(sbomFolder, { recursive: true });
  const files = [];
  for (const [name, tarball] of tarballs) {
    const file = join(sbomFolder, tarball.replace(/^.*\//, '').replace(/\.tgz$/, '.cdx.json'));
    writeFileSync(file, `${JSON.stringify(await sbomOf(name, tarballs), null, 2)}\n`);
    files.push(file);
  }
  return files;
}

/**
 * @param {string} name
 * @param {Tarballs} tarballs
 * @returns {Promise<Sbom>}
 */
async function sbomOf(name, tarballs) {
  const files = Object.fromEntries([...tarballs].map(([sibling, file]) => [sibling, `file:${file}`]));
  const { [name]: own, ...overrides } = files;
  const cwd = mkdtempSync(join(tmpdir(), 'fcgi-js-sbom-'));
  try {
    writeFileSync(
      join(cwd, 'package.json'),
      JSON.stringify({ ...PROJECT, private: true, dependencies: { [name]: own }, overrides }),
    );
    const lock = ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', [...lock, '--prefer-offline'], { cwd });
    const { stdout } = await run('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], { cwd });
    return aboutPackage(name, JSON.parse(stdout));
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/**
 * npm describes the project: makes it about the package, and leaves out where the tarballs lay.
 * @param {string} name
 * @param {Sbom} sbom
 * @returns {Sbom}
 */
function aboutPackage(name, sbom) {
  const components = sbom.components.map((component) => ({
    ...component,
    externalReferences: component.externalReferences.filter(({ url }) => !url.startsWith('file:')),
  }));
  const own = components.find((component) => component.name === name);
  if (own === undefined) throw new Error(`npm says nothing about ${name}.`);
  return {
    ...sbom,
    metadata: { ...sbom.metadata, component: own },
    components: components.filter((component) => component !== own),
    dependencies: sbom.dependencies.filter(({ ref }) => ref !== `${PROJECT.name}@${PROJECT.version}`),
  };
}
