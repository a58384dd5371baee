import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, basePathOf, type Framework } from '../build.ts';
import { isFile } from '../paths.ts';

/** Beside each other in what Astro says to its server of its routes. */
const BASE = /"base":"(\/[^"]*)","trailingSlash"/;
const ASSETS = /"assetsDir":"([^"]*)"/;

/** Astro with `@astrojs/node` as a standalone server. */
export const astro: Framework = {
  title: 'Astro',
  packages: ['astro'],
  sources: ['src', 'public', 'astro.config.js', 'astro.config.mjs', 'astro.config.ts'],
  read(folder): Build | undefined {
    const output = [join(folder, 'dist'), folder].find((each) => isFile(join(each, 'server/entry.mjs')));
    if (output === undefined) return undefined;
    const server = join(output, 'server');
    const file = join(server, 'entry.mjs');
    const { assets, base } = settingsIn(server);
    const basePath = base === undefined ? undefined : basePathOf(base);
    const statics = [{ prefix: `/${assets}`, folder: join(output, 'client', assets) }];
    return { made: file, file, basePath, statics };
  },
};

function settingsIn(server: string): { assets: string; base: string | undefined } {
  const names = readdirSync(server, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => each.endsWith('.mjs'))) {
    const text = readFileSync(join(server, name), 'utf8');
    const [, base] = BASE.exec(text) ?? [];
    if (base === undefined) continue;
    const [, assets = '_astro'] = ASSETS.exec(text) ?? [];
    return { assets, base };
  }
  return { assets: '_astro', base: undefined };
}
