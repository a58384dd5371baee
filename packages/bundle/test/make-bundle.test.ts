import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allFiles } from '../src/tree.ts';
import { bundleOf, pageOf } from './support/bundle.ts';
import { folderWith } from './support/folder.ts';

const HELLO = "module.exports = (req, res) => res.end('hello ' + req.url);\n";

test('an application is one file with its dependencies, beside the runner and what Apache needs', async () => {
  const project = folderWith({
    'index.js': "const name = require('lib');\nmodule.exports = (req, res) => res.end(name);\n",
    'node_modules/lib/package.json': '{ "name": "lib", "main": "a.js" }',
    'node_modules/lib/a.js': "module.exports = require('./b.js');\n",
    'node_modules/lib/b.js': "module.exports = 'of a package';\n",
  });
  const { files, folder, node } = await bundleOf(project);
  expect(allFiles(folder).toSorted()).toEqual([
    '.htaccess',
    'app.fcgi',
    'app/index.cjs',
    'app/package.json',
    'check',
    'fcgi/bundle.json',
    'fcgi/check.js',
    'fcgi/dist/bin/watchdog.js',
    'fcgi/find-node.sh',
    'fcgi/package.json',
    'fcgi/serve.js',
    'fcgi/start-check.js',
    'fcgi/start.js',
  ]);
  expect({ files, node }).toEqual({ files: 12, node: '20.19.0' });
  expect(await pageOf(folder)).toBe('of a package');
});

test('suexec finds modes that it takes, whatever the developer has', async () => {
  const project = folderWith({ 'index.js': HELLO, 'data/a.txt': '' });
  chmodSync(join(project, 'data/a.txt'), 0o666);
  const before = process.umask(0);
  try {
    const { folder } = await bundleOf(project, { include: ['data'] });
    const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
    const all = ['', 'app', 'app/data', 'app/data/a.txt', 'app.fcgi', 'check', 'fcgi/serve.js', '.htaccess'];
    expect(all.map(modeOf)).toEqual(['755', '755', '755', '644', '755', '755', '644', '644']);
  } finally {
    process.umask(before);
  }
});

describe('what an application reads beside itself', () => {
  test('is found where it is included, by every way to say where a module is', async () => {
    const project = folderWith({
      'package.json': '{ "type": "module" }',
      'src/server.js': `import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { old } from './old.cjs';
const texts = [
  readFileSync(new URL('../data/a.txt', import.meta.url), 'utf8'),
  readFileSync(join(import.meta.dirname, '../data/a.txt'), 'utf8'),
  readFileSync(join(import.meta.filename, '../../data/a.txt'), 'utf8'),
  readFileSync('data/a.txt', 'utf8'),
  old(),
];
export default (req, res) => res.end(texts.join(' '));
`,
      'src/old.cjs': `'use strict';
const { readFileSync } = require('node:fs');
exports.old = () => readFileSync(__dirname + '/../data/a.txt', 'utf8') + (function () { return this === undefined; })() + require('node:path').basename(__filename);
`,
      'data/a.txt': 'a',
    });
    const { folder, notes } = await bundleOf(project, { app: 'src/server.js', include: ['data/*.txt'] });
    expect(await pageOf(folder)).toBe('a a a a atrueold.cjs');
    expect(notes).toEqual([]);
  });

  test('is named with the line and the option, where it is not in the bundle', async () => {
    const project = folderWith({
      'index.js': `const { readFileSync } = require('node:fs');
require('./lib.js');
const words = 'no file';
module.exports = (req, res) => res.end(readFileSync(__dirname + '/x', 'views/my file.txt'));
`,
      'lib.js': "exports.a = 'index.js';",
      'views/my file.txt': '',
    });
    const { notes } = await bundleOf(project);
    expect(notes).toEqual([
      "index.js:4 names views/my file.txt, which is not in the bundle. Where it is read at run time: --include 'views/my file.txt'",
    ]);
  });
});

describe('packages that are loaded by a name made at run time', () => {
  const files = {
    'package.json': '{ "dependencies": { "engine": "*" } }',
    'index.js':
      "const load = (name) => require(name);\nmodule.exports = (req, res) => res.end(load(['eng', 'ine'].join('')));\n",
    'node_modules/engine/package.json': '{ "name": "engine" }',
    'node_modules/engine/index.js': "module.exports = 'the engine';\n",
  };

  test('are said to be needed', async () => {
    const { notes } = await bundleOf(folderWith(files));
    expect(notes).toEqual([
      'index.js:1 loads a module whose name it makes at run time. Where that is a package: --external NAME; where it is a file: --include FILE',
      'No module names engine, which package.json has among its dependencies. Where it is loaded at run time: --external engine',
    ]);
  });

  test('are found where they are external', async () => {
    const { folder } = await bundleOf(folderWith(files), { external: ['engine'] });
    expect(await pageOf(folder)).toBe('the engine');
  });
});

test('an ES module may declare require itself, and be without CommonJS', async () => {
  const project = folderWith({
    'app.mjs': `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export default (req, res) => res.end(require('node:path').basename(import.meta.filename));
`,
  });
  const { folder } = await bundleOf(project, { app: 'app.mjs' });
  expect(await pageOf(folder)).toBe('app.mjs');
});

test('what is not installed is left out and said, as a package may do without it', async () => {
  const project = folderWith({
    'index.js':
      "let found = 'there';\ntry { require('gone/x'); } catch { found = 'none'; }\nmodule.exports = (req, res) => res.end(found);\n",
  });
  const { folder, notes } = await bundleOf(project);
  expect(await pageOf(folder)).toBe('none');
  expect(notes).toEqual([
    'Not installed here, and so not in the bundle: gone. What asks for them has to do without, as it does here',
  ]);
});

test('a start script has its arguments, environment and modules loaded beforehand on the host, too', async () => {
  const project = folderWith({
    'package.json': JSON.stringify({
      engines: { node: '>=20.19.1' },
      scripts: { start: 'SHOP="a b" node --env-file-if-exists=.env --require ./first.js main.js --verbose' },
    }),
    '.env': 'FROM_FILE=yes\n',
    'first.js': 'globalThis.first = 1;\n',
    'main.js':
      'module.exports = (req, res) => res.end([process.env.SHOP, process.argv[2], globalThis.first, process.env.FROM_FILE].join());\n',
  });
  const { folder, node, notes } = await bundleOf(project);
  expect(node).toBe('20.19.1');
  expect(notes).toEqual([
    './first.js is bundled apart from the application: a module that both import is there twice',
    '.env is not in the bundle, as it may have secrets: put it into app/.env on the host',
  ]);
  expect(await pageOf(folder)).toBe('a b,--verbose,1,');
  writeFileSync(join(folder, 'app/.env'), 'FROM_FILE=host\n');
  expect(await pageOf(folder)).toBe('a b,--verbose,1,host');
});

test('stacks name lines of the sources where there are source maps', async () => {
  const project = folderWith({
    'index.ts':
      'type A = string;\n\nexport default (_req: A, res: { end(text: A): void }) => res.end(new Error().stack!);\n',
  });
  const { folder } = await bundleOf(project, { sourceMaps: true });
  expect(await pageOf(folder)).toContain('index.ts:3:');
});

test('a build of a framework is copied with the packages that it names', async () => {
  const project = folderWith({
    'package.json': JSON.stringify({
      dependencies: { '@sveltejs/kit': '*', lib: '*' },
      scripts: { build: 'vite build' },
      type: 'module',
    }),
    'build/index.js':
      "import { createServer } from 'node:http';\nimport { name } from 'lib';\ncreateServer((req, res) => res.end(name + req.url)).listen(3000);\n",
    'build/handler.js': '',
    'build/server/manifest.js': 'app_dir: "_app", app_path: "shop/_app"',
    'build/client/shop/_app/immutable/a.js': 'asset',
    'node_modules/lib/package.json': '{ "name": "lib", "exports": "./i.js", "type": "module" }',
    'node_modules/lib/i.js': "export const name = 'SvelteKit has ';\n",
    'node_modules/other/package.json': '{}',
  });
  const { folder, notes } = await bundleOf(project);
  expect(notes).toEqual([]);
  expect(readdirSync(join(folder, 'app/node_modules'))).toEqual(['lib']);
  // It has been built for a prefix, and expects it in the URL.
  expect(await pageOf(folder, '/shop/a')).toBe('SvelteKit has /shop/a');
  const htaccess = readFileSync(join(folder, '.htaccess'), 'utf8');
  expect(htaccess).toContain('RewriteBase "/shop/"');
  expect(htaccess).toContain('RewriteRule "(?s)^_app/immutable/(.*)$" "app/client/shop/_app/immutable/$1"');
  expect(htaccess).toContain('Cache-Control');
  expect(existsSync(join(folder, 'app/client/shop/_app/immutable/a.js'))).toBe(true);
  await expect(bundleOf(project, { mount: '/other' })).rejects.toThrow('for the prefix /shop');
});

test('a build that has its packages in it is copied as it is', async () => {
  const project = folderWith({
    'package.json': JSON.stringify({ dependencies: { nuxt: '*' }, scripts: { build: 'nuxt build' } }),
    '.output/nitro.json': '{}',
    '.output/server/index.mjs': `import { createServer } from 'node:http';
import { name } from 'lib';
createServer((req, res) => res.end(name)).listen(3000);
`,
    '.output/server/chunks/nitro.mjs': '"baseURL": "/", "buildAssetsDir": "/_nuxt/",',
    '.output/server/node_modules/lib/package.json': '{ "name": "lib", "exports": "./i.mjs" }',
    '.output/server/node_modules/lib/i.mjs': "export const name = 'Nuxt';\n",
    '.output/public/_nuxt/a.js': 'asset',
  });
  const { folder } = await bundleOf(project);
  expect(await pageOf(folder)).toBe('Nuxt');
  expect(readFileSync(join(folder, '.htaccess'), 'utf8')).toContain('"app/public/_nuxt/$1"');
  expect(readFileSync(join(folder, 'app/public/_nuxt/a.js'), 'utf8')).toBe('asset');
});

test('a build of Next.js that is not standalone is refused, with what to set', async () => {
  const project = folderWith({
    'package.json': '{ "dependencies": { "next": "*" } }',
    '.next/required-server-files.json': '{ "config": {} }',
    '.next/trace': '',
    'node_modules/next/package.json': '{ "bin": { "next": "bin.js" } }',
    'node_modules/next/bin.js': '',
  });
  await expect(bundleOf(project)).rejects.toMatchObject({
    code: 'FCGI_BUNDLE_FAILED',
    message: expect.stringContaining("Set output: 'standalone' in next.config"),
  });
});

describe('the folder that is made', () => {
  test('takes the place of an older bundle, as a whole', async () => {
    const project = folderWith({ 'index.js': HELLO });
    const first = await bundleOf(project);
    writeFileSync(join(first.folder, 'app/left.txt'), '');
    const again = await bundleOf(project, { output: first.folder });
    expect(existsSync(join(again.folder, 'app/left.txt'))).toBe(false);
    expect(readdirSync(join(first.folder, '..'))).toEqual(['out']);
  });

  test('has nothing else in it that would be lost', async () => {
    const project = folderWith({ 'index.js': HELLO });
    const output = folderWith({ 'thesis.txt': '' });
    await expect(bundleOf(project, { output })).rejects.toMatchObject({ code: 'FCGI_BUNDLE_INVALID' });
    expect(readdirSync(output)).toEqual(['thesis.txt']);
    await expect(bundleOf(project, { output: join(output, 'thesis.txt') })).rejects.toThrow('is a file');
  });

  test('is not there where the application cannot be bundled', async () => {
    const project = folderWith({ 'index.js': 'const = 1;\n' });
    const above = folderWith();
    await expect(bundleOf(project, { output: join(above, 'out') })).rejects.toMatchObject({
      code: 'FCGI_BUNDLE_FAILED',
      message: expect.stringMatching(/^index\.js cannot be bundled: index\.js:1: /),
    });
    expect(readdirSync(above)).toEqual([]);
  });

  test('is either a bundle or has releases', async () => {
    const project = folderWith({ 'index.js': HELLO });
    const { folder } = await bundleOf(project);
    await expect(bundleOf(project, { output: folder, release: true })).rejects.toThrow('without releases');
    const output = folderWith();
    const { release } = await bundleOf(project, { output, release: true });
    expect(readdirSync(join(output, 'releases'))).toEqual([release]);
    await expect(bundleOf(project, { output })).rejects.toThrow('other files');
  });
});

test.each([
  [{ home: 'me' }, '--home me: must be an absolute path'],
  [{ node: './node' }, '--node ./node: must be an absolute path'],
  [{ node: '/a\nb' }, '--node: the path has control characters'],
  [{ keep: 3 }, '--keep is for --release'],
  [{ keep: 0, release: true }, 'from 1 to 1000'],
  [{ keep: 1001, release: true }, 'from 1 to 1000'],
  [{ keep: Number.NaN, release: true }, 'from 1 to 1000'],
  [{ output: '.' }, 'must be a folder of its own'],
  [{ include: ['nothing'] }, '--include nothing: there is no such file'],
  [{ include: ['..'] }, 'lies outside of the project'],
  [{ external: ['nothing'] }, '--external nothing: not installed'],
  [{ static: [{ folder: 'nothing', prefix: '/a' }] }, '--static /a=nothing'],
  [{ static: [{ folder: 'views', prefix: '/' }] }, '--static'],
  [{ mount: 'shop' }, '--mount'],
])('%j is refused: %s', async (options, message) => {
  const project = folderWith({ 'a/index.js': HELLO, 'a/views/x': '' });
  const above = join(project, 'a');
  mkdirSync(join(project, 'other'));
  await expect(bundleOf(above, options)).rejects.toMatchObject({
    code: 'FCGI_BUNDLE_INVALID',
    message: expect.stringContaining(message),
  });
});
