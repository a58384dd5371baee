import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { type BundledProject, bundleProject, startHost, upload, writeProject } from '../../src/bundles.ts';
import { HttpClient } from '../../src/http.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

/** An application, how it is bundled, and what one of its pages says. */
interface Case extends BundledProject {
  readonly args?: readonly string[];
  readonly page: string;
  readonly path: string;
}

const cases: Readonly<Record<string, Case>> = {
  'Express with views beside itself': {
    args: ['src/server.js', '--include', 'src/views'],
    dependencies: ['express'],
    files: {
      'src/server.js': `import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
const app = express();
app.engine('txt', (file, { name }, done) => done(null, readFileSync(file, 'utf8').replace('NAME', name)));
app.set('view engine', 'txt');
app.set('views', dirname(fileURLToPath(import.meta.url)) + '/views');
app.get('/', (req, res) => res.render('hello', { name: 'Express' }));
app.listen(process.env.PORT ?? 3000);
`,
      'src/views/hello.txt': 'Hello, NAME!',
    },
    manifest: { type: 'module' },
    page: 'Hello, Express!',
    path: '/',
  },
  Fastify: {
    args: ['server.mjs'],
    dependencies: ['fastify'],
    files: {
      'server.mjs': `import Fastify from 'fastify';
const app = Fastify({ logger: true });
app.get('/a/:name', async ({ params }) => ({ name: params.name }));
await app.listen({ port: 3000 });
`,
    },
    page: '{"name":"b c"}',
    path: '/a/b%20c',
  },
  Hono: {
    args: ['app.js'],
    dependencies: ['hono'],
    files: {
      'app.js': `import { Hono } from 'hono';
const app = new Hono();
app.get('/a', (context) => context.text('Hono has ' + new URL(context.req.url).search));
export default app;
`,
    },
    manifest: { type: 'module' },
    page: 'Hono has ?b',
    path: '/a?b',
  },
  'Koa, as CommonJS': {
    args: ['server.cjs'],
    dependencies: ['koa'],
    files: {
      'server.cjs': `const Koa = require('koa');
const app = new Koa();
app.use((context) => { context.body = 'Koa has ' + context.path + (require.main === module ? ' as the main module' : ''); });
app.listen(3000);
`,
    },
    page: 'Koa has /a as the main module',
    path: '/a',
  },
  'an ES module with top-level await': {
    files: {
      'index.mjs': `import { createServer } from 'node:http';
const { words } = await import('./words.mjs');
createServer((req, res) => res.end(words)).listen(3000);
`,
      'words.mjs': "export const words = await Promise.resolve('awaited');\n",
    },
    manifest: { main: 'index.mjs' },
    page: 'awaited',
    path: '/',
  },
  'CommonJS that reads a file by __dirname, two folders away': {
    args: ['--include', 'data'],
    files: {
      'data/greeting.txt': 'read',
      'lib/deep/read.js': `const { readFileSync } = require('node:fs');
module.exports = () => readFileSync(require('node:path').join(__dirname, '../../data/greeting.txt'), 'utf8');
`,
      'server.js': `const read = require('./lib/deep/read.js');
module.exports = (req, res) => res.end(read());
`,
    },
    manifest: { scripts: { start: 'node server.js' } },
    page: 'read',
    path: '/',
  },
  'TypeScript, with a start script that says more': {
    files: {
      'src/greet.ts':
        'export enum Tone { Kind = "kind" }\nexport const greet = (name: string): string => Tone.Kind + ": " + name;\n',
      'src/before.ts': "process.env['BEFORE'] = 'before';\n",
      'src/server.ts': `import { createServer, type IncomingMessage } from 'node:http';
import { greet } from './greet.ts';
const answer = (req: IncomingMessage) => [greet(process.argv[2]!), process.env['BEFORE'], process.env['SHOP']].join(' ');
createServer((req, res) => { res.end(answer(req)); }).listen(3000);
`,
    },
    manifest: { scripts: { start: "SHOP='two words' tsx --import ./src/before.ts src/server.ts Ada" } },
    page: 'kind: Ada before two words',
    path: '/',
  },
};

const reason = skipReason('apache2', 'mod_fcgid');

describe.skipIf(reason)(
  `bundled, and served by Apache from the folder alone${reason ? ` (${reason})` : ''}`,
  () => {
    let scratch: ScratchFolder;
    let apache: WebServer | undefined;

    beforeEach(async () => {
      scratch = await createScratchFolder();
    });

    afterEach(async () => {
      await apache?.stop();
      apache = undefined;
      scratch.remove();
    });

    test.each(Object.entries(cases))('%s', async (_title, { args = [], page, path, ...project }) => {
      const folder = join(scratch.path, 'project');
      await mkdir(folder);
      await writeProject(project, folder);
      const made = await bundleProject(folder, ...args, '-o', join(scratch.path, 'out'));
      const site = join(scratch.path, 'site');
      await upload(made.folder, site);
      apache = await startHost(scratch.path, site);
      const answer = await new HttpClient(apache.url).request(path);
      expect(answer.text()).toBe(page);
    });
  },
);
