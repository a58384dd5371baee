import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, basePathOf, type Framework } from '../build.ts';
import { isFile } from '../paths.ts';

const APP_PATH = /app_?[pP]ath: ?"([^"]*)"/;
const APP_DIR = /app_?[dD]ir: ?"([^"]*)"/;

/** SvelteKit with `@sveltejs/adapter-node`. */
export const sveltekit: Framework = {
  title: 'SvelteKit',
  packages: ['@sveltejs/kit'],
  sources: ['src', 'static', 'svelte.config.js', 'vite.config.js', 'vite.config.ts'],
  read(folder): Build | undefined {
    const places = [join(folder, 'build'), folder];
    const output = places.find((each) => isFile(join(each, 'handler.js')) && isFile(join(each, 'index.js')));
    if (output === undefined) return undefined;
    const manifest = join(output, 'server/manifest.js');
    if (!isFile(manifest)) return undefined;
    const text = readFileSync(manifest, 'utf8');
    const [, path = '_app'] = APP_PATH.exec(text) ?? [];
    const [, name = '_app'] = APP_DIR.exec(text) ?? [];
    return {
      made: manifest,
      file: join(output, 'index.js'),
      basePath: basePathOf(`/${path.slice(0, path.length - name.length)}`),
      statics: [{ prefix: `/${name}/immutable`, folder: join(output, 'client', path, 'immutable') }],
    };
  },
};
