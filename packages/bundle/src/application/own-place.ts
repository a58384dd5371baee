import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Loader, Plugin, TransformOptions } from 'esbuild';

/** The words of a module that ask where it is. */
const PLACE_WORDS = /\b__(?:dir|file)name\b|\bimport\.meta\.(?:dirname|filename|url)\b/;
const NAMES: Readonly<Record<string, string>> = {
  __dirname: 'fcgiDirname',
  __filename: 'fcgiFilename',
  'import.meta.dirname': 'fcgiDirname',
  'import.meta.filename': 'fcgiFilename',
  'import.meta.url': 'fcgiUrl',
};
const STRICT = '"use strict";\n';

/** At the beginning of a bundle that is an ES module: `require` for what is CommonJS in it, and what {@link ownPlace} needs. */
export const BANNER_OF_MODULE = [
  "import { createRequire as fcgiCreateRequire } from 'node:module';",
  "import { join as fcgiJoin } from 'node:path';",
  "import { pathToFileURL as fcgiPathToUrl } from 'node:url';",
  'const require = fcgiCreateRequire(import.meta.url), fcgiPlace = import.meta.dirname;',
].join(' ');

/** At the beginning of a bundle that is CommonJS. */
export const BANNER_OF_COMMONJS =
  "const { join: fcgiJoin } = require('node:path'), { pathToFileURL: fcgiPathToUrl } = require('node:url'), fcgiPlace = __dirname;";

/** What is done with the modules of a bundle. */
export interface OwnPlaceOptions {
  /**
   * Where a module would be on the host, relative to the folder of the bundle's own file: what it reads beside itself can be
   * put there.
   */
  readonly placeOf: (file: string) => string;
  /** Told of each module, with its text. */
  readonly read: (file: string, text: string) => void;
  readonly transform: (text: string, options: TransformOptions) => Promise<{ code: string }>;
}

/** Has each module find itself where it would be if it were not bundled, so that paths which begin there lead to files on the host. */
export function ownPlace({ placeOf, read, transform }: OwnPlaceOptions): Plugin {
  return {
    name: 'own-place',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        const text = readFileSync(path, 'utf8');
        read(path, text);
        if (!PLACE_WORDS.test(text)) return undefined;
        const loader = loaderOf(path);
        const settings = loader === 'js' ? undefined : nearestSettings(dirname(path));
        const { code } = await transform(text, {
          define: NAMES,
          loader,
          sourcefile: path,
          sourcemap: 'inline',
          target: 'esnext',
          ...(settings === undefined ? {} : { tsconfigRaw: settings }),
        });
        const own = `var fcgiFilename = fcgiJoin(fcgiPlace, ${JSON.stringify(placeOf(path))}), fcgiDirname = fcgiJoin(fcgiFilename, '..'), fcgiUrl = fcgiPathToUrl(fcgiFilename).href;`;
        const contents = code.startsWith(STRICT)
          ? `${STRICT.trimEnd()}${own}\n${code.slice(STRICT.length)}`
          : own + code;
        return { contents, loader: 'js' };
      });
    },
  };
}

function loaderOf(path: string): Loader {
  const extension = extname(path).replace(/^\.[cm]/, '.');
  if (extension === '.ts') return 'ts';
  if (extension === '.tsx') return 'tsx';
  return extension === '.jsx' ? 'jsx' : 'js';
}

/** The nearest `tsconfig.json`, for decorators and JSX. */
function nearestSettings(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'tsconfig.json'), 'utf8');
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : nearestSettings(parent);
  }
}
