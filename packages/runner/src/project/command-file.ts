import { join } from 'node:path';
import { readJson } from '../files/read-json.ts';
import { isFile } from './paths.ts';

/**
 * The file of JavaScript behind a command of a package that a project depends on: `node_modules/.bin` has scripts of the
 * shell where pnpm made it.
 */
export function commandFile(
  folder: string,
  dependencies: ReadonlySet<string>,
  command: string,
): string | undefined {
  if (command === '') return undefined;
  // Most commands are called as their package.
  const packages = new Set([command, ...dependencies].filter((name) => dependencies.has(name)));
  for (const name of packages) {
    const place = join(folder, 'node_modules', name);
    const file = commandsOf(place, name)[command];
    if (file !== undefined) return join(place, file);
  }
  return undefined;
}

function commandsOf(place: string, name: string): Readonly<Record<string, string | undefined>> {
  const manifest = join(place, 'package.json');
  if (!isFile(manifest)) return {};
  const { bin } = readJson(manifest) as { readonly bin?: string | Readonly<Record<string, string>> };
  return typeof bin === 'string' ? { [name.split('/').at(-1)!]: bin } : (bin ?? {});
}
