import { dirname, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { failedBundle } from '../errors.ts';
import type { CopyTask, WantedPackage } from './copy-packages.ts';
import { type OutsidePackages, outsidePackages } from './outside-packages.ts';
import { findPackage, packageFolder, packageName } from './packages.ts';

/** The packages that modules of a build need. */
export type TracedPackages = Required<Pick<CopyTask, 'traced' | 'whole'>>;

/**
 * Follows the imports of modules as a bundler does, and writes nothing: of what a framework depends on, its server needs the least part.
 *
 * @param entries the modules that the host runs
 * @param root the folder that packages are found from
 * @throws BundleError where a module cannot be read
 */
export async function tracePackages(entries: readonly string[], root: string): Promise<TracedPackages> {
  const { build } = await import('esbuild');
  const outside: OutsidePackages = { copied: [], missing: new Set() };
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      bundle: true,
      entryPoints: [...entries],
      format: 'esm',
      loader: { '.node': 'empty' },
      logLevel: 'silent',
      metafile: true,
      outdir: root,
      platform: 'node',
      plugins: [outsidePackages([], outside)],
      target: 'node20.19',
      write: false,
    });
    const used = new Set(
      Object.keys(metafile.inputs)
        .map((path) => packageFolder(resolve(root, path)))
        .filter((folder) => folder !== undefined),
    );
    const packages = [...importedPackages(metafile, root), ...packagesAbove(used, root)];
    return { traced: { packages, used }, whole: outside.copied };
  } catch (error) {
    throw failedBundle(`The build cannot be read: ${error instanceof Error ? error.message : error}`, error);
  }
}

/** Those that modules of the build itself import. */
function importedPackages({ inputs }: Metafile, root: string): WantedPackage[] {
  return Object.entries(inputs).flatMap(([path, { imports }]) => {
    const file = resolve(root, path);
    if (packageFolder(file) !== undefined) return [];
    return imports.flatMap(({ external, original, path: found }) => {
      const isPackage = external !== true && packageFolder(resolve(root, found)) !== undefined;
      return isPackage && original !== undefined
        ? [{ from: dirname(file), name: packageName(original) }]
        : [];
    });
  });
}

/** Those that lie beside the project, where packages find them that do not say that they need them. */
function packagesAbove(used: ReadonlySet<string>, root: string): WantedPackage[] {
  const names = [...used].map((folder) =>
    folder.slice(folder.lastIndexOf('/node_modules/') + '/node_modules/'.length),
  );
  return names
    .filter((name) => used.has(findPackage(name, root) ?? ''))
    .map((name) => ({ from: root, name }));
}
