// `npm run docs`: the site in packages/site/dist. typedoc writes the reference as pages, VitePress builds all pages. Fails on
// warnings and dead links.
import { execFile } from 'node:child_process';
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { publishedPackages, root } from '../../tooling/src/workspace.mjs';
import { deadLinks } from '../src/dead-links.mjs';
import { referenceIndex, referenceSources } from '../src/reference.mjs';

const site = join(root, 'packages/site');
const dist = join(site, 'dist');
const index = join(site, 'reference/index.md');

class BuildFailed extends Error {}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
async function run(program, args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root });
    return stdout + stderr;
  } catch (error) {
    const {
      message,
      stdout = '',
      stderr = '',
    } = /** @type {Error & { stdout?: string, stderr?: string }} */ (error);
    throw new BuildFailed(`${message}\n${stdout}${stderr}`);
  }
}

async function buildGuides() {
  const output = await run(join(site, 'node_modules/.bin/vitepress'), ['build', site]);
  // VitePress goes on after warnings; typedoc is told not to.
  if (/warn|\(!\)/i.test(output)) throw new BuildFailed(output);
}

/** Most of the time of a build, and needed only after changes of sources. */
async function buildReference() {
  const isCurrent =
    existsSync(index) && referenceSources().every((file) => statSync(file).mtimeMs < statSync(index).mtimeMs);
  if (isCurrent) return;
  // What is changed meanwhile is newer.
  const began = new Date();
  await run(join(root, 'node_modules/.bin/typedoc'), []);
  writeFileSync(index, referenceIndex(publishedPackages()));
  utimesSync(index, began, began);
}

try {
  await buildReference();
  await buildGuides();
  const dead = deadLinks(dist);
  if (dead.length > 0) throw new BuildFailed(`These links lead nowhere:\n${dead.join('\n')}`);
  process.stdout.write(`The site is in ${relative(process.cwd(), dist)}.\n`);
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
