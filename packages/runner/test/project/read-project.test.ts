import { symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProject } from '../../src/project/read-project.ts';
import { folderWith } from '../support/runner.ts';

const manifest = (content: object) => JSON.stringify(content);

/** What `npm run build` of each framework leaves, as far as it is looked at, for the prefix /shop. */
const builds = {
  'Next.js': {
    dependency: 'next',
    files: {
      '.next/required-server-files.json': '{"config":{"basePath":"/shop"},"relativeAppDir":""}',
      '.next/trace': '',
      '.next/static/chunks/a.js': '',
      '.next/standalone/server.js': '',
      '.next/standalone/.next/static/chunks/a.js': '',
    },
    runs: '.next/standalone/server.js',
    statics: { '/_next/static': '.next/static' },
  },
  'Nuxt (Nitro)': {
    dependency: 'nuxt',
    files: {
      '.output/nitro.json': '{"preset":"node-server"}',
      '.output/server/index.mjs': '',
      '.output/server/chunks/nitro/nitro.mjs': `
  "app": {
    "baseURL": "/shop/",
    "buildAssetsDir": "/_nuxt/",`,
      '.output/public/_nuxt/a.js': '',
    },
    runs: '.output/server/index.mjs',
    statics: { '/_nuxt': '.output/public/_nuxt' },
  },
  SvelteKit: {
    dependency: '@sveltejs/kit',
    files: {
      'build/index.js': '',
      'build/handler.js': '',
      'build/server/manifest.js': 'return {\n\tapp_dir: "_app",\n\tapp_path: "shop/_app",\n',
      'build/client/shop/_app/immutable/a.js': '',
    },
    runs: 'build/index.js',
    statics: { '/_app/immutable': 'build/client/shop/_app/immutable' },
  },
  Astro: {
    dependency: 'astro',
    files: {
      'dist/server/entry.mjs': '',
      'dist/server/chunks/server_B.mjs':
        '"base":"/srv/app/sessions"}, "base":"/shop","trailingSlash":"ignore","assetsDir":"_astro"',
      'dist/client/_astro/a.js': '',
    },
    runs: 'dist/server/entry.mjs',
    statics: { '/_astro': 'dist/client/_astro' },
  },
  'React Router': {
    dependency: '@react-router/node',
    files: {
      'node_modules/@react-router/serve/package.json': manifest({ bin: { 'react-router-serve': 'bin.cjs' } }),
      'build/server/index.js': 'var basename = "/shop";\nvar publicPath = "/shop/";\n',
      'build/client/assets/a.js': '',
    },
    runs: 'node_modules/@react-router/serve/bin.cjs',
    statics: { '/assets': 'build/client/assets' },
  },
};

describe.each(Object.entries(builds))('%s', (title, { dependency, files, runs, statics }) => {
  const dependencies = { [dependency]: '1', '@react-router/serve': '1' };

  test('its build says what is run, for which prefix, and which files never change', async () => {
    const folder = await folderWith({ ...files, 'package.json': manifest({ dependencies }) });
    expect(readProject(folder)).toMatchObject({
      basePath: '/shop',
      file: join(folder, runs),
      folder,
      framework: title,
      statics: Object.entries(statics).map(([prefix, place]) => ({ prefix, folder: join(folder, place) })),
      warnings: [],
    });
  });

  test('without a build, the command that makes it is named', async () => {
    const scripts = { build: 'x build', start: 'x start' };
    const folder = await folderWith({ 'package.json': manifest({ dependencies, scripts }) });
    expect(() => readProject(folder)).toThrow(
      expect.objectContaining({
        code: 'FCGI_BUILD_MISSING',
        message: `${folder} has no build of ${title} that can be run: build it first with npm run build`,
      }),
    );
  });
});

test('a build that is copied to a host by itself is known by its files', async () => {
  const files = builds['Nuxt (Nitro)'].files;
  const moved = Object.entries(files).map(([name, content]) => [name.replace('.output/', ''), content]);
  const folder = await folderWith(Object.fromEntries(moved));
  expect(readProject(folder)).toMatchObject({ basePath: '/shop', file: join(folder, 'server/index.mjs') });
});

test('NUXT_APP_BASE_URL comes before the build', async () => {
  const folder = await folderWith(builds['Nuxt (Nitro)'].files);
  process.env['NUXT_APP_BASE_URL'] = '/other/';
  try {
    expect(readProject(folder).basePath).toBe('/other');
  } finally {
    delete process.env['NUXT_APP_BASE_URL'];
  }
});

test('a build that is older than its sources is served, with a warning', async () => {
  const { files } = builds.SvelteKit;
  const folder = await folderWith({
    ...files,
    'package.json': manifest({ dependencies: { '@sveltejs/kit': '3' } }),
    'pnpm-lock.yaml': '',
    'src/routes/+page.svelte': '',
  });
  const anHourAgo = Date.now() / 1_000 - 3_600;
  await utimes(join(folder, 'build/server/manifest.js'), anHourAgo, anHourAgo);
  expect(readProject(folder).warnings).toEqual([
    'the build of SvelteKit is older than src/routes/+page.svelte, and is served as it is: build it again with pnpm run build',
  ]);
});

test('links among the sources are not followed, as they may lead in a circle', async () => {
  const { files } = builds.SvelteKit;
  const folder = await folderWith({ ...files, 'src/app.html': '' });
  await symlink('.', join(folder, 'src/again'));
  expect(readProject(folder).warnings).toEqual([]);
});

test('a build that is broken off is named, with the command', async () => {
  const folder = await folderWith({ '.next/required-server-files.json': '{ "config": {' });
  expect(() => readProject(folder)).toThrow(
    expect.objectContaining({
      code: 'FCGI_BUILD_MISSING',
      message: expect.stringMatching(
        /has a build of Next\.js that cannot be read: .* Build it again with npm run build$/,
      ),
    }),
  );
});

test('the standalone output of Next.js that lacks its static files says so', async () => {
  const { '.next/standalone/.next/static/chunks/a.js': _, ...files } = builds['Next.js'].files;
  const folder = await folderWith(files);
  expect(readProject(folder).warnings).toEqual([
    expect.stringContaining('Next.js leaves .next/static and public out'),
  ]);
});

test('Next.js without standalone output is what its command starts', async () => {
  const folder = await folderWith({
    'package.json': manifest({ dependencies: { next: '16' } }),
    'node_modules/next/package.json': manifest({ bin: { next: './dist/bin/next' } }),
    '.next/required-server-files.json': '{"config":{"basePath":""}}',
    '.next/trace': '',
  });
  expect(readProject(folder)).toMatchObject({
    args: ['start'],
    basePath: '/',
    file: join(folder, 'node_modules/next/dist/bin/next'),
  });
});

test.each([
  ['its own server comes before the framework', { start: 'node server.js' }, 'server.js'],
  [
    'what is started in production comes first',
    { start: 'nest start', 'start:prod': 'node dist/main' },
    'dist/main.js',
  ],
  ['node . is main', { start: 'NODE_ENV=production node .' }, 'lib/app.js'],
  ['what is no file of its own leaves main', { start: 'nodemon --exec x' }, 'lib/app.js'],
  ['no script leaves main', {}, 'lib/app.js'],
])('%s', async (_title, scripts, file) => {
  const folder = await folderWith({
    'package.json': manifest({ main: 'lib/app', scripts }),
    'server.js': '',
    'dist/main.js': '',
    'lib/app.js': '',
    'index.js': '',
  });
  expect(readProject(folder).file).toBe(join(folder, file));
});

test('main names a file, with or without its extension', async () => {
  for (const main of ['lib/app.js', './lib/app', 'lib']) {
    const folder = await folderWith({
      'package.json': manifest({ main }),
      'lib/app.js': '',
      'lib/index.js': '',
    });
    const file = main === 'lib' ? 'lib/index.js' : 'lib/app.js';
    expect(readProject(folder).file).toBe(join(folder, file));
  }
});

test('what a start script starts runs in the folder of its package.json, with its environment', async () => {
  const start = 'PORT=80 node --env-file=config/.env bin/www --verbose';
  const folder = await folderWith({ 'package.json': manifest({ scripts: { start } }), 'bin/www': '' });
  expect(readProject(folder)).toMatchObject({
    args: ['--verbose'],
    environment: { PORT: '80' },
    environmentFiles: [join(folder, 'config/.env')],
    file: join(folder, 'bin/www'),
    folder,
  });
});

test('a file that has to be compiled first is named, with the command', async () => {
  const scripts = { build: 'tsc', start: 'node dist/main' };
  const folder = await folderWith({ 'package.json': manifest({ scripts }), 'yarn.lock': '' });
  expect(() => readProject(folder)).toThrow(
    `${folder} has no dist/main, which the start script of its package.json names: build it first with yarn run build`,
  );
});

test('a folder with nothing to run says what was looked for, and why its start script is no help', async () => {
  const folder = await folderWith({ 'package.json': manifest({ scripts: { start: 'a && b' } }) });
  expect(() => readProject(folder)).toThrow(
    expect.objectContaining({
      code: 'FCGI_APPLICATION_MISSING',
      message: expect.stringMatching(
        /neither a start script .* Name its file\. What starts it otherwise: its script "start" is more than one program\.$/,
      ),
    }),
  );
});
