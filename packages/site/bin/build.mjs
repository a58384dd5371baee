// `npm run docs`: the site, with the reference below /api, in packages/site/dist. Fails on warnings and dead links.
import { execFile } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../tooling/src/workspace.mjs';
import { deadLinks } from '../src/dead-links.mjs';

const site = join(root, 'packages/site');
const dist = join(site, 'dist');
const reference = join(site, 'node_modules/.cache/api');

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

const buildReference = () => run(join(root, 'node_modules/.bin/typedoc'), []);

try {
  await Promise.all([buildGuides(), buildReference()]);
  // VitePress has emptied the folder.
  renameSync(reference, join(dist, 'api'));
  const dead = deadLinks(dist);
  if (dead.length > 0) throw new BuildFailed(`These links lead nowhere:\n${dead.join('\n')}`);
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
