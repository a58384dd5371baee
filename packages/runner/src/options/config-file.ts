import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defined } from '../defined.ts';
import { optionError } from '../errors.ts';
import { readJson } from '../files/read-json.ts';
import { foreignHand } from '../files/root-owned.ts';
import { defaultExport } from './default-export.ts';
import { withFileForFunction } from './params-fixes.ts';
import { readTypeScript } from './read-typescript.ts';
import { isObject, readWritten } from './written-options.ts';

const NAMES = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'json'].map((extension) => `fcgi.config.${extension}`);

/** What a configuration file says. */
export interface ConfigFile {
  /** What it has in the place of an application, as it is there. */
  readonly apps?: unknown;
  readonly file: string;
  /** By the names of the options; `app` and `args` are what is run. Paths are absolute. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Looks for a configuration file that no option names.
 *
 * @param cwd where it is looked for first
 * @param app the application of the command line, beside which it is looked for then
 * @throws RunnerError where there are several
 */
export function findConfigFile(cwd: string, app: string | undefined): string | undefined {
  return findIn(cwd) ?? (app === undefined ? undefined : findIn(folderOf(resolve(cwd, app))));
}

/**
 * Reads a configuration file.
 *
 * @throws RunnerError that names file, key and what is allowed
 */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  checkHands(file);
  const content = await load(file);
  if (!isObject(content)) {
    throw optionError(`${file}: It must ${isJson(file) ? 'have' : 'export'} an object of options.`);
  }
  const { apps, ...options }: { readonly apps?: unknown } = content;
  const written = withFileForFunction(options, file);
  return { ...defined({ apps }), file, values: readWritten(written, dirname(file), file) };
}

function findIn(folder: string): string | undefined {
  const found = NAMES.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (found.length < 2) return found[0];
  throw optionError(`There are ${found.join(' and ')}. Leave one of them, or name it with --config.`);
}

/**
 * What the file says, root does, before the application becomes another user: so it is root's alone, as the files of sudo
 * are.
 */
function checkHands(file: string): void {
  if (process.geteuid?.() !== 0 || !existsSync(file)) return;
  const reason = foreignHand(file);
  if (reason === undefined) return;
  throw optionError(
    `root does not run the configuration file ${file}, because ${reason}, and who can change the file would be root. Let it and the folders above belong to root (chown root, chmod go-w), name a file for which that is so with --config, or start this command as the user of the application.`,
  );
}

function folderOf(app: string): string {
  return statSync(app, { bigint: true, throwIfNoEntry: false })?.isDirectory() === true ? app : dirname(app);
}

const isJson = (file: string) => extname(file) === '.json';

async function load(file: string): Promise<unknown> {
  try {
    if (isJson(file)) return readJson(file);
    if (/ts$/.test(file)) return await readTypeScript(file);
    return defaultExport(await import(pathToFileURL(file).href));
  } catch (error) {
    throw optionError(`${file} could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}
