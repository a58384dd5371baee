import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { root } from './workspace.mjs';

const generated = new Set(['node_modules', 'dist', 'coverage', 'reports', '.stryker-tmp', '.git']);

export interface RepositoryFile {
  /** Below the root, with forward slashes. */
  path: string;
  text: string;
}

/** The files below a folder whose name ends in one of `extensions`, without what is installed or built. */
export function repositoryFiles(folder: string, extensions: readonly string[]): RepositoryFile[] {
  return [...walk(join(root, folder))]
    .filter((file) => extensions.some((extension) => file.endsWith(extension)))
    .map((file) => ({
      path: relative(root, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!generated.has(entry.name) && path !== join(root, 'docs', 'api')) yield* walk(path);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}

/** What a module imports, by whatever syntax: static, dynamic, type-only, re-export or `import()` type. */
export function importedModules(text: string): string[] {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
  return [...importedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName);
}
