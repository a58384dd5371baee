import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, basePathOf, type Framework } from '../build.ts';
import { isFile, isFolder } from '../paths.ts';

/** Nuxt, TanStack Start, SolidStart, Analog and whatever else Nitro builds: `.output/server/index.mjs`. */
export const nitro: Framework = {
  title: 'Nuxt (Nitro)',
  packages: [
    'nuxt',
    'nitro',
    'nitropack',
    '@tanstack/react-start',
    '@tanstack/solid-start',
    '@solidjs/start',
  ],
  sources: [
    'app',
    'components',
    'composables',
    'layouts',
    'pages',
    'plugins',
    'routes',
    'server',
    'src',
    'app.vue',
    'nitro.config.ts',
    'nuxt.config.ts',
  ],
  read(folder): Build | undefined {
    const output = [join(folder, '.output'), folder].find((each) => isFile(join(each, 'nitro.json')));
    if (output === undefined) return undefined;
    const file = join(output, 'server/index.mjs');
    if (!isFile(file)) return undefined;
    const settings = nuxtSettings(join(output, 'server/chunks'));
    const basePath = settings === undefined ? undefined : basePathOf(settings.baseURL);
    const names = settings === undefined ? ['assets'] : [settings.buildAssetsDir];
    const statics = names.map((name) => ({ prefix: `/${name}`, folder: join(output, 'public', name) }));
    return { made: join(output, 'nitro.json'), file, basePath, statics };
  },
};

const BASE_URL = /"?baseURL"?: ?"(\/[^"]*)"/;
const ASSETS = /"?buildAssetsDir"?: ?"\/?([^"]*?)\/?"/;

/** What Nuxt has put into its server; `NUXT_APP_BASE_URL` comes before it, as it does there. */
function nuxtSettings(chunks: string): { baseURL: string; buildAssetsDir: string } | undefined {
  for (const file of modulesIn(chunks)) {
    const text = readFileSync(file, 'utf8');
    const [, assets] = ASSETS.exec(text) ?? [];
    const [, built] = BASE_URL.exec(text) ?? [];
    if (assets === undefined || built === undefined) continue;
    return { baseURL: process.env['NUXT_APP_BASE_URL'] ?? built, buildAssetsDir: assets };
  }
  return undefined;
}

function modulesIn(folder: string): string[] {
  if (!isFolder(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.mjs')).map((name) => join(folder, name));
}
