import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { readPackage } from './packages.ts';

/** What kind of module a bundle becomes. */
export type EntryFormat = 'cjs' | 'esm';

/**
 * The kind of module that a file is: by its name, by the `package.json` above it, otherwise by its syntax. TypeScript with `import` is an ES
 * module, whatever its settings compile it to.
 */
export function entryFormat(file: string): EntryFormat {
  const [, kind] = /\.([cm])[jt]s$/.exec(file) ?? [];
  if (kind !== undefined) return kind === 'c' ? 'cjs' : 'esm';
  const hasSyntax = /^[ \t]*(?:import|export)\b/m.test(readFileSync(file, 'utf8'));
  if (hasSyntax) return 'esm';
  const isTypeScript = /^\.tsx?$/.test(extname(file));
  return !isTypeScript && packageType(dirname(file)) === 'module' ? 'esm' : 'cjs';
}

function packageType(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return readPackage(folder)?.type;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageType(parent);
}
