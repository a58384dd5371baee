// Where things are in this repository. Plain JavaScript: `npm start` needs it before anything is installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');

/**
 * The fields of a package.json that this repository's own tools read.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {{ node: string }} [engines]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder below the root, with forward slashes: `packages/server`
 * @property {string} path absolute
 * @property {Manifest & Record<string, unknown>} manifest
 */

/**
 * @param {string} path of a folder with a package.json
 * @returns {WorkspacePackage['manifest']}
 */
export function readManifest(path) {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
}

/**
 * Every package below `packages/` and the examples.
 * @returns {WorkspacePackage[]}
 */
export function workspacePackages() {
  const folders = readdirSync(join(root, 'packages'))
    .sort()
    .map((name) => `packages/${name}`);
  return [...folders, 'docs/examples']
    .map((folder) => ({ folder, path: join(root, folder) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((place) => ({ ...place, manifest: readManifest(place.path) }));
}

/** The packages that users install. */
export function publishedPackages() {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}
