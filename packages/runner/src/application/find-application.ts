import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RunnerError } from '../errors.ts';
import { readJson } from '../files/read-json.ts';

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** What people start applications with. */
const COMMANDS = new Set(
  'bun bunx deno nest next node nodemon npm npx nuxt pm2 pnpm ts-node ts-node-dev tsx vite yarn'.split(' '),
);

/**
 * The file that an argument stands for: itself, with the extension it lacks, or what the `package.json` of a folder
 * names as `main`, `index` otherwise.
 *
 * @returns its absolute path
 * @throws RunnerError where there is no such file
 */
export function findApplication(argument: string, cwd: string): string {
  const path = resolve(cwd, argument);
  const found = findFile(path) ?? (isFolder(path) ? findInFolder(path) : undefined);
  if (found !== undefined) {
    checkNearestManifest(dirname(found));
    return found;
  }
  throw new RunnerError('FCGI_APPLICATION_MISSING', whyNone(path));
}

function whyNone(path: string): string {
  if (isFolder(path)) {
    return `There is no application in ${path}: neither "main" of a package.json nor index${EXTENSIONS.join(', index')}. Name its file.`;
  }
  const none = `There is no application ${path}.`;
  const name = basename(path);
  return COMMANDS.has(name)
    ? `${none} APP is a file, and "${name}" is a command that starts one: name the file that listens. "start" in the scripts of package.json leads to it.`
    : none;
}

function findFile(path: string): string | undefined {
  if (isFile(path)) return path;
  return EXTENSIONS.map((extension) => path + extension).find(isFile);
}

function findInFolder(folder: string): string | undefined {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { main } = readManifest(manifest);
    const file = typeof main === 'string' ? findFile(join(folder, main)) : undefined;
    if (file !== undefined) return file;
  }
  return findFile(join(folder, 'index'));
}

/** Node reads it to know what kind of module a file is, and does not name it where it has a mistake. */
function checkNearestManifest(folder: string): void {
  const manifest = join(folder, 'package.json');
  if (isFile(manifest)) readManifest(manifest);
  else if (dirname(folder) !== folder) checkNearestManifest(dirname(folder));
}

function readManifest(manifest: string): { readonly main?: unknown } {
  try {
    return readJson(manifest) as { readonly main?: unknown };
  } catch (error) {
    throw new RunnerError(
      'FCGI_MANIFEST_UNREADABLE',
      `${manifest} cannot be read: ${(error as Error).message}. Node needs it to load the application: correct it.`,
    );
  }
}

function isFile(path: string): boolean {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isDirectory() === true;
}
