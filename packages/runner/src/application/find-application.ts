import { basename, dirname, resolve } from 'node:path';
import { RunnerError } from '../errors.ts';
import { checkNearestManifest } from '../project/manifest.ts';
import { findFile, isFolder } from '../project/paths.ts';
import { type Project, readProject } from '../project/read-project.ts';

/** What people start applications with. */
const COMMANDS = new Set(
  'bun bunx deno nest next node nodemon npm npx nuxt pm2 pnpm ts-node ts-node-dev tsx vite yarn'.split(' '),
);

/** What is known of a file that has been named itself. */
const A_FILE: Omit<Project, 'file'> = {
  args: [],
  basePath: undefined,
  environment: {},
  environmentFiles: [],
  folder: undefined,
  framework: undefined,
  preload: [],
  statics: [],
  warnings: [],
};

/**
 * What an argument stands for: a file, with the extension it lacks, or what is to be run in a folder.
 *
 * @param argument relative to `cwd`
 * @throws RunnerError `FCGI_APPLICATION_MISSING` where there is nothing to be run, `FCGI_BUILD_MISSING` where it has not been built, and
 *   `FCGI_MANIFEST_UNREADABLE`
 */
export function findApplication(argument: string, cwd: string): Project {
  const path = resolve(cwd, argument);
  const file = findFile(path);
  if (file === undefined && !isFolder(path)) throw new RunnerError('FCGI_APPLICATION_MISSING', whyNone(path));
  const project = file === undefined ? readProject(path) : { ...A_FILE, file };
  checkNearestManifest(dirname(project.file));
  return project;
}

function whyNone(path: string): string {
  const none = `There is no application ${path}.`;
  const name = basename(path);
  return COMMANDS.has(name)
    ? `${none} APP is a file or the folder of its package.json, and "${name}" is a command that starts one: fcgi run . does what "start" in its scripts says.`
    : none;
}
