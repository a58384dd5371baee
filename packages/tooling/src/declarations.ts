import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './workspace.mjs';

/** In the folder of a package, and not in the repository. */
const FOLDER = '.declarations';

/**
 * Writes the declarations of a package, a file for each source, for tsup to put together. TypeScript's native compiler does it
 * in a tenth of the time that tsup takes from the sources. Types are not checked: `npm run typecheck` does that for all packages.
 *
 * @param folder of the package
 * @param entry as tsup takes it: names of modules, and their sources
 * @returns the same names, and their declarations
 * @throws Error with what the compiler prints, if it fails
 */
export function writeDeclarations(
  folder: string,
  entry: Readonly<Record<string, string>>,
): Record<string, string> {
  const output = join(folder, FOLDER);
  mkdirSync(output, { recursive: true });
  const project = join(output, 'tsconfig.json');
  const settings = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: {
      customConditions: ['@fcgi-js/source'],
      declaration: true,
      noCheck: true,
      outDir: output,
      rootDir: root,
    },
    files: Object.values(entry).map((file) => join(folder, file)),
    include: [],
  };
  writeFileSync(project, JSON.stringify(settings));
  const compiler = join(root, 'packages/tooling/node_modules/typescript-native/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  const written = join(FOLDER, relative(root, folder));
  return Object.fromEntries(
    Object.entries(entry).map(([name, file]) => [name, join(written, file.replace(/\.ts$/, '.d.ts'))]),
  );
}
