import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RunnerError } from '../errors.ts';
import { readJson } from '../files/read-json.ts';
import { isFile } from './paths.ts';

/** What is read of a `package.json`. */
export interface Manifest {
  readonly dependencies: ReadonlySet<string>;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * Reads the `package.json` of a folder.
 *
 * @returns undefined where it has none
 * @throws RunnerError `FCGI_MANIFEST_UNREADABLE` where Node could not read it either
 */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, 'package.json');
  if (!isFile(file)) return undefined;
  const content = readObject(file);
  const { dependencies, devDependencies, main, scripts } = content;
  return {
    dependencies: new Set([...Object.keys(record(dependencies)), ...Object.keys(record(devDependencies))]),
    main: typeof main === 'string' ? main : undefined,
    scripts: texts(record(scripts)),
  };
}

/**
 * Node reads the nearest one to know what kind of module a file is, and does not name it where it has a mistake.
 *
 * @throws RunnerError `FCGI_MANIFEST_UNREADABLE` where it has one
 */
export function checkNearestManifest(folder: string): void {
  const file = join(folder, 'package.json');
  if (isFile(file)) readObject(file);
  else if (dirname(folder) !== folder) checkNearestManifest(dirname(folder));
}

/** The command that runs a script of a project, in the words of the package manager whose lockfile it has. */
export function scriptCommand(folder: string, script: string): string {
  const managers = [
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
  ] as const;
  const [, manager] = managers.find(([lockfile]) => existsSync(join(folder, lockfile))) ?? ['', 'npm'];
  return `${manager} run ${script}`;
}

function readObject(file: string): Readonly<Record<string, unknown>> {
  try {
    return record(readJson(file));
  } catch (error) {
    throw new RunnerError(
      'FCGI_MANIFEST_UNREADABLE',
      `${file} cannot be read: ${(error as Error).message}. Node needs it to load the application: correct it.`,
    );
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function texts(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const found = Object.entries(given).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(found);
}
