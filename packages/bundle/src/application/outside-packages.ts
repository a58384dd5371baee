import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import type { WantedPackage } from './copy-packages.ts';
import { isNativePackage, packageFolder, packageName } from './packages.ts';

/** What is not put into the file of a bundle. */
export interface OutsidePackages {
  /** Those that are copied beside it. */
  readonly copied: WantedPackage[];
  /** Those that are not installed. */
  readonly missing: Set<string>;
}

/** So that asking esbuild does not ask this plugin again. */
const ASKED = 'fcgi: asked';

/** Leaves packages with native modules, and those that are named, out of the file of a bundle. */
export function outsidePackages(external: readonly string[], { copied, missing }: OutsidePackages): Plugin {
  const natives = new Map<string, boolean>();
  const isNative = (folder: string) => {
    const known = natives.get(folder) ?? isNativePackage(folder);
    natives.set(folder, known);
    return known;
  };
  return {
    name: 'outside-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ importer, kind, path, pluginData, resolveDir }) => {
        if (pluginData === ASKED || kind === 'entry-point') return undefined;
        const found = await build.resolve(path, { importer, kind, pluginData: ASKED, resolveDir });
        const name = packageName(path);
        if (found.errors.length > 0) {
          // A name such as `#internal` or `C:\` is none of a package.
          if (!/^[@a-z]/i.test(path)) return undefined;
          missing.add(name);
          return { external: true, path };
        }
        const folder = found.external ? undefined : packageFolder(found.path);
        if (folder === undefined || !(external.includes(name) || isNative(folder))) return found;
        copied.push({ name, from: importer === '' ? resolveDir : dirname(importer) });
        return { external: true, path };
      });
    },
  };
}
