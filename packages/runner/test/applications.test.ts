import { realpath } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const commonJs = { 'package.json': '{"type":"commonjs"}' };
const esm = { 'package.json': '{"type":"module"}' };

/** Each answers /path with `hello /path`. */
const styles: Record<string, [file: string, files: Record<string, string>]> = {
  'a listener as default export': [
    'app.mjs',
    { 'app.mjs': "export default (req, res) => res.end('hello ' + req.url);" },
  ],
  'a listener as module.exports': [
    'app.cjs',
    { 'app.cjs': "module.exports = (req, res) => res.end('hello ' + req.url);" },
  ],
  'an export named app, in a file without an extension and a package without a type': [
    'app',
    { 'app.js': "export const app = (req, res) => { res.end('hello ' + req.url); };" },
  ],
  'a property of module.exports': [
    'app.js',
    {
      ...commonJs,
      'app.js': "exports.other = 1; exports.handler = (req, res) => res.end('hello ' + req.url);",
    },
  ],
  'the main of a folder': [
    '.',
    {
      'package.json': '{"main":"lib/start"}',
      'lib/start.js': "module.exports = (req, res) => res.end('hello ' + req.url);",
    },
  ],
  'an http server that does not listen': [
    'app.js',
    {
      ...esm,
      'app.js': `import { createServer } from 'node:http';
        export const server = createServer((req, res) => res.end('hello ' + req.url));`,
    },
  ],
  '{ fetch }': [
    'app.js',
    {
      ...esm,
      'app.js': `export default {
        greeting: 'hello ',
        fetch(request) { return new Response(this.greeting + new URL(request.url).pathname); },
      };`,
    },
  ],
  'a fetch function': [
    'app.js',
    {
      ...esm,
      'app.js': `export default async (request) => new Response('hello ' + new URL(request.url).pathname);`,
    },
  ],
  'FcgiRequest handlers': [
    'app.js',
    {
      ...esm,
      'app.js': `export function responder(request) {
        request.stdout.end('Status: 200 OK\\r\\n\\r\\nhello ' + request.params.get('REQUEST_URI'));
        return 0;
      }`,
    },
  ],
  'a promise of a listener': [
    'app.js',
    {
      ...commonJs,
      'app.js': "module.exports = Promise.resolve((req, res) => res.end('hello ' + req.url));",
    },
  ],
  'what a function has made': [
    'app.js',
    {
      ...esm,
      'app.js':
        "const make = async () => (req, res) => res.end('hello ' + req.url); export default await make();",
    },
  ],
  'TypeScript as ES modules': [
    'app.ts',
    {
      ...esm,
      'app.ts': `import type { IncomingMessage, ServerResponse } from 'node:http';
        import { greet } from './greet.js';
        enum Word { Hello = 'hello' }
        export default (req: IncomingMessage, res: ServerResponse): void => { res.end(greet(Word.Hello, req.url!)); };`,
      'greet.ts': "export const greet = (word: string, url: string): string => word + ' ' + url;",
    },
  ],
  'TypeScript as CommonJS': [
    'app.ts',
    {
      ...commonJs,
      'app.ts': `import { createServer } from 'node:http';
        const word: string = 'hello';
        if (require.main === module) createServer((req, res) => res.end(word + ' ' + req.url)).listen(3000);`,
    },
  ],
  'a script that listens': [
    'app.js',
    {
      ...commonJs,
      'app.js': `require('http').createServer((req, res) => res.end('hello ' + req.url)).listen(process.env.PORT || 3000);`,
    },
  ],
  'a script that listens only when it is the main module': [
    'app.js',
    {
      ...commonJs,
      'app.js': `const server = require('http').createServer((req, res) => res.end('hello ' + req.url));
        if (require.main === module) server.listen(3000);
        else throw new Error('is not the main module');`,
    },
  ],
  'a module that waits for its server to listen': [
    'app.js',
    {
      ...esm,
      'app.js': `import { once } from 'node:events';
        import { createServer } from 'node:http';
        const server = createServer((req, res) => res.end('hello ' + req.url)).listen({ port: 3000 });
        await once(server, 'listening');
        if (!server.listening) throw new Error('does not listen');`,
    },
  ],
  'a script that listens later': [
    'app.js',
    {
      ...commonJs,
      'app.js': `setTimeout(() => {
        require('http').createServer((req, res) => res.end('hello ' + req.url)).listen(3000, '0.0.0.0');
      }, 50);`,
    },
  ],
};

test.each(Object.entries(styles))('%s is served', async (_name, [file, files]) => {
  const cwd = await folderWith(files);
  const runner = await new Runner(['--listen', './s', file], { cwd }).serving();
  expect(await runner.get('/some/path')).toBe('200 hello /some/path');
  expect(await runner.stop()).toBe(0);
});

test('an application finds the arguments behind its name, as with node', async () => {
  const cwd = await folderWith({
    'app.cjs': `module.exports = (req, res) => res.end(JSON.stringify(process.argv.slice(1)));`,
  });
  const runner = await new Runner(['--listen', './s', 'app.cjs', '--port', '1', 'x'], { cwd }).serving();
  expect(await runner.get()).toBe(`200 ${JSON.stringify([`${cwd}/app.cjs`, '--port', '1', 'x'])}`);
});

const broken: Record<string, [file: string, content: string, ...said: RegExp[]]> = {
  'a syntax error in an ES module': [
    'app.mjs',
    'const a = 1;\nconst b = ;\n',
    /app\.mjs:2\nconst b = ;\n/,
    /SyntaxError/,
  ],
  'a syntax error in CommonJS': [
    'app.cjs',
    'const a = 1;\nconst b = ;\n',
    /app\.cjs:2\nconst b = ;\n/,
    /SyntaxError/,
  ],
  'an error in TypeScript, with the line of the source': [
    'app.mts',
    'interface A { a: 1 }\n\nfunction fail(): never { throw new Error("broken here"); }\nfail();\n',
    /app\.mts:3\nfunction fail\(\): never/,
    /Error: broken here\n +at fail .*app\.mts:3:/,
  ],
  'a module that is not there': ['app.mjs', 'import "./nowhere.js";', /Cannot find module .*nowhere\.js/],
  'an export that fails to get ready': [
    'app.mjs',
    'export default { ready() { throw new Error("no database"); }, routing() {}, inject() {} };',
    /what it exports has failed to get ready/,
    /no database\n +at .*app\.mjs:1/,
  ],
};

test.each(Object.entries(broken))(
  '%s ends it with status 1 and says where',
  async (_name, [file, content, ...said]) => {
    const cwd = await folderWith({ [file]: content });
    const runner = new Runner(['--listen', './s', file], { cwd });
    expect(await runner.exited).toBe(1);
    for (const pattern of [new RegExp(`${file} could not be loaded`), ...said])
      expect(runner.stderr).toMatch(pattern);
  },
);

test('what cannot be served is named, with what could', async () => {
  const cwd = await folderWith({ 'app.mjs': 'export const answer = 42; export class Thing {}' });
  const runner = new Runner(['app.mjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/exports Thing, answer, none of which can be served/);
  expect(runner.stderr).toMatch(/has come to its end without calling listen\(\)/);
});

/** Each is called by no one but itself, and says so. */
const uncalled: Record<string, string> = {
  'a function that starts it': 'export default function start() { console.log("called"); }',
  'a function that starts it, with options':
    'export default function start(port, { host }) { console.log("called"); }',
  'a command': 'export async function handler(argv, options) { console.log("called"); }',
  'a handler of Lambda': 'export const handler = async (event, context) => { console.log("called"); };',
  'a handler of Lambda with one parameter':
    'export const handler = async (event) => { console.log("called"); };',
  'a handler of Lambda with a destructured event':
    'export const handler = async ({ Records }) => { console.log("called"); };',
  'a handler of Lambda that something wraps':
    'const wrap = (h) => (event, context) => h(event); export const handler = wrap(() => { console.log("called"); });',
  'functions of a command':
    'export function build(options) { console.log("called"); } export const parse = (argv) => argv;',
  'what runs at intervals on another platform':
    'export default { async scheduled(event, env, ctx) { console.log("called"); } };',
  'a worker of a queue': 'export const processJob = async (job, done) => { console.log("called"); };',
  'a function that makes an application':
    'export default () => { console.log("called"); return (req, res) => res.end(); };',
};

test.each(Object.entries(uncalled))('%s is neither called nor served', async (_name, content) => {
  const cwd = await folderWith({ 'app.mjs': content });
  const runner = new Runner(['app.mjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/none of which can be served.*is not called: export what it makes/);
  expect(runner.stdout).toBe('');
});

test('an application that never begins is given up after the time to start', async () => {
  const cwd = await folderWith({
    'later.mjs': 'setInterval(() => {}, 1000);',
    'awaits.mjs': 'await new Promise(() => setInterval(() => {}, 1000));',
    'promises.mjs': 'setInterval(() => {}, 1000); export default new Promise(() => {});',
  });
  for (const [file, state] of [
    ['later.mjs', 'exports nothing'],
    ['awaits.mjs', 'has not been run to its end'],
    ['promises.mjs', 'exports default, none of which can be served'],
  ]) {
    const runner = new Runner(['--start-timeout', '0.2', file!], { cwd });
    expect(await runner.exited).toBe(1);
    expect(runner.stderr).toContain(
      `${file} ${state}, and has not called listen() on an http server within 0.2 s`,
    );
  }
});

test('a command line that makes no sense is 2', async () => {
  const cwd = await folderWith({ 'app.mjs': '' });
  for (const args of [
    ['none.js'],
    ['--listen', 'tcp:nowhere', 'app.mjs'],
    ['--stop-timeout', '0', 'app.mjs'],
    ['.'],
  ]) {
    expect(await new Runner(args, { cwd }).exited, args.join(' ')).toBe(2);
  }
});

test('a package.json with a mistake is named, whether a folder or a file is to be run', async () => {
  const cwd = await folderWith({
    'app.js': 'export default () => {};',
    'package.json': '{ "main": "app.js", }',
  });
  for (const app of ['.', 'app.js']) {
    const runner = new Runner(['--listen', './s', app], { cwd });
    expect(await runner.exited).toBe(2);
    expect(runner.stderr).toMatch(/\/package\.json cannot be read: .*JSON.* correct it\.\n$/);
  }
});

test('a package.json that an editor has put a byte order mark into says what kind of modules there are', async () => {
  const cwd = await folderWith({
    'package.json': '\uFEFF{ "type": "commonjs" }',
    'app.js': "module.exports = (req, res) => res.end('served ' + (require.main === module));",
  });
  const runner = await new Runner(['--listen', './s', 'app.js'], { cwd }).serving();
  expect(await runner.get()).toBe('200 served true');
});

test('a configuration file may begin with a byte order mark', async () => {
  const cwd = await folderWith({
    'app.cjs': "module.exports = (req, res) => res.end('served');",
    'fcgi.config.json': '\uFEFF{ "app": "app.cjs", "listen": "./s" }',
  });
  const runner = await new Runner([], { cwd }).serving();
  expect(await runner.get()).toBe('200 served');
});

test.each([
  ['{ "compilerOptions": { "emitDecoratorMetadata": true } }', true],
  ['{\n  // "emitDecoratorMetadata": true\n}', false],
])(
  'metadata of decorators, which tsx does not write, is said to be missing: %j',
  async (tsconfig, isSaid) => {
    const cwd = await folderWith({
      'app.ts': "export default (req: unknown, res: { end(text: string): void }) => res.end('typed');",
      'tsconfig.json': tsconfig,
    });
    const runner = await new Runner(['--listen', './s', 'app.ts'], { cwd }).serving();
    expect(await runner.get()).toBe('200 typed');
    expect(/asks for emitDecoratorMetadata, .*nest build or tsc/.test(runner.stderr)).toBe(isSaid);
  },
);

test('a command in the place of the file is said to be one', async () => {
  const cwd = await folderWith({ 'package.json': '{ "scripts": { "start": "node server.js" } }' });
  const runner = new Runner(['--listen', './s', 'npm', 'start'], { cwd });
  expect(await runner.exited).toBe(2);
  expect(runner.stderr).toMatch(/"npm" is a command that starts one: fcgi run \. does what "start" /);
});

test.each([[[]], [['--workers', '1']]])(
  'in a project, what its start script starts is run, with its modules, variables and arguments: %j',
  async (flags) => {
    const start = 'GREETING=hello node -r ./before.cjs --env-file .env src/server --loud';
    const folder = await folderWith({
      'package.json': JSON.stringify({ scripts: { start } }),
      '.env': 'NAME=Ada\n',
      'before.cjs': 'globalThis.before = require.main === module ? "main" : "before";',
      'src/server.js': `
        const { GREETING, NAME } = process.env;
        const seen = [before, GREETING, NAME, process.cwd(), ...process.argv.slice(2)];
        require('node:http').createServer((req, res) => res.end(JSON.stringify(seen))).listen(3000);`,
    });
    const elsewhere = await folderWith({});
    const runner = await new Runner(['--listen', './s', ...flags, folder], { cwd: elsewhere }).serving();
    expect(await runner.get()).toBe(
      `200 ${JSON.stringify(['before', 'hello', 'Ada', await realpath(folder), '--loud'])}`,
    );
  },
);
