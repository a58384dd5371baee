import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FcgiClient, paramsFromRequest } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { Child } from '../../src/child.ts';
import { isRunning } from '../../src/is-running.ts';
import { until } from '../../src/poll.ts';
import { fcgi, startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';

const folderOfApplications = fileURLToPath(new URL('../../programs/node', import.meta.url));
const fastifyCli = createRequire(import.meta.url).resolve('fastify-cli/cli.js');

/** One more way in which people start what they have written. */
interface Style {
  /** What it answers to {@link path}, default `hello` and the URL. */
  readonly answers?: RegExp | string;
  /** What follows `fcgi run`: options, the file, and its arguments. */
  readonly args: readonly string[];
  /** Of the request, beside Host. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default {@link PATH}. */
  readonly path?: string;
  /** What it is recognised as. */
  readonly kind: string;
  /** What it prints, in this order, before and while it ends. */
  readonly prints?: readonly string[];
}

const PATH = '/a%2Fb/c?d=%20&e';

/** Main of a Nest project: its decorators are those of `experimentalDecorators`, which its tsconfig.json wants. */
const NEST = `import 'reflect-metadata';
import { Controller, Get, Inject, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request } from 'express';

class Greeter {
  greet = (url: string): string => 'hello ' + url;
}

@Controller()
class AppController {
  constructor(@Inject(Greeter) private readonly greeter: Greeter) {}

  @Get('*any')
  hello(@Req() request: Request): string {
    return this.greeter.greet(request.originalUrl);
  }
}

@Module({ controllers: [AppController], providers: [Greeter] })
class AppModule {}

async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(process.env.PORT ?? 3000);
  console.log('Nest listens');
}
void bootstrap();
`;

/** Real packages, unless it says otherwise. */
const styles: Readonly<Record<string, Style>> = {
  'hapi, started': { args: ['hapi-start.mjs'], kind: 'port 3000 of localhost', prints: ['started true'] },
  'hapi, exported': { args: ['hapi-export.mjs'], kind: 'a hapi server' },
  'Polka, listening': { args: ['polka-listen.mjs'], kind: 'port 3000', prints: ['> Running on'] },
  'Polka, exported': { args: ['polka-export.mjs'], kind: 'an application with a handler' },
  'Restify, listening': { args: ['restify-listen.cjs'], kind: 'port 8080', prints: ['shop listening'] },
  'Restify, exported': { args: ['restify-export.cjs'], kind: 'an application with an http server' },
  'Feathers, on Express 4': {
    args: ['feathers.cjs'],
    kind: 'port 3030',
    path: '/messages?a=b',
    answers: '[{"text":"hello","query":{"a":"b"}}]',
    prints: ['Feathers server listening'],
  },
  'Apollo, standalone': {
    args: ['apollo-standalone.mjs'],
    kind: 'port 4000',
    path: '/?query=%7Bhello%7D',
    headers: { 'apollo-require-preflight': 'true' },
    answers: '{"data":{"hello":"world"}}\n',
    prints: ['Server ready'],
  },
  'Socket.IO on the server of an application': {
    args: ['socket-io.mjs'],
    kind: 'port 3000',
    prints: ['server running'],
  },
  'Socket.IO itself, by long polling': {
    args: ['socket-io.mjs'],
    kind: 'port 3000',
    path: '/socket.io/?EIO=4&transport=polling',
    answers: /^0\{"sid":"/,
  },
  'a plugin of Fastify, with its command line': {
    args: [fastifyCli, 'start', '--port', '3000', join(folderOfApplications, 'fastify-plugin.cjs')],
    kind: 'port 3000',
  },
  'Fastify, with a callback': {
    args: ['fastify-callback.cjs'],
    kind: 'port 3000 of 0.0.0.0',
    prints: ['listening'],
  },
  'what SvelteKit builds for Node (its handler is ours)': {
    args: ['sveltekit/build/index.js'],
    kind: 'port 3000 of 0.0.0.0',
    prints: ['Listening on http://0.0.0.0:3000', 'shut down by SIGTERM'],
  },
  'what Nitro builds for Node (written after it)': {
    args: ['nuxt/.output/server/index.mjs'],
    kind: 'port 3000',
    prints: ['Listening on http://:::3000'],
  },
  'the custom server of Next (with a stand-in for Next)': { args: ['next/server.js'], kind: 'port 3000' },
  'what react-router-serve does (with a stand-in for the build)': {
    args: ['react-router-serve.mjs'],
    kind: 'port 3000',
    prints: ['[react-router-serve]', 'closed'],
  },
  'h3 2, serving itself': { args: ['h3-serve.mjs'], kind: 'port 3000' },
  'Express 4, behind the guard module.parent': {
    args: ['module-parent.cjs'],
    kind: 'port 3000',
    prints: ['Express started on port 3000'],
  },
  'Express, on all addresses': {
    args: ['express-all-addresses.mjs'],
    kind: 'port 3000 of 0.0.0.0',
    prints: ['listening on all addresses'],
  },
  'Express, listening twice': {
    args: ['express-twice.cjs'],
    kind: 'port 3000',
    prints: ['listens once', 'listens twice'],
  },
  'Express over HTTP, and another server over HTTPS, which opens': {
    args: ['http-and-https.cjs'],
    kind: 'port 80',
    prints: ['https on its own port true'],
  },
  'Koa, on a Unix socket of its own': {
    args: ['koa-unix.cjs'],
    kind: '/own.sock"',
    prints: ['listening on string'],
  },
  'connect, awaited': { args: ['await-listen.mjs'], kind: 'port 4000', prints: ['ready true'] },
  'top-level await': {
    args: ['top-level-await.mjs'],
    kind: 'port 3000 of 127.0.0.1',
    prints: ['listening true'],
  },
  terminus: {
    args: ['terminus.mjs'],
    kind: 'port 3000',
    prints: ['server is starting cleanup', 'cleanup finished'],
  },
  'what pm2 wants, alone': { args: ['pm2-ready.cjs'], kind: 'port 3000', prints: ['ready'] },
  'what pm2 wants, with a parent': {
    args: ['--workers', '1', 'pm2-ready.cjs'],
    kind: 'port 3000',
    prints: ['ready'],
  },
};

async function ask(
  address: string,
  { headers = {}, path = PATH }: Pick<Style, 'headers' | 'path'>,
): Promise<[status: number, body: string]> {
  const client = new FcgiClient({ address });
  try {
    const asked = new Request(`http://example.org${path}`, { headers });
    const { body, status } = await client.request({ params: paramsFromRequest(asked) });
    return [status, await text(body)];
  } finally {
    await client.close({ timeout: 0 });
  }
}

test.each(Object.entries(styles))('%s, is served unchanged', async (_name, style) => {
  const { path: cwd, remove } = await createScratchFolder();
  onTestFinished(remove);
  const before = await readdir(folderOfApplications);
  // Absolute paths stay as they are.
  const args = style.args.map((word) =>
    /\.[cm]?[jt]s$/.test(word) ? resolve(folderOfApplications, word) : word,
  );
  const socket = join(cwd, 'app.sock');
  const runner = await startRunner(['--listen', socket, ...args], { cwd });
  onTestFinished(() => runner.stop());
  expect(runner.output).toMatch(/^fcgi: \S+ \(.+\) is served on/m);
  expect(runner.output).toContain(style.kind);
  const { answers = `hello ${style.path ?? PATH}`, prints = [] } = style;
  const expected = answers instanceof RegExp ? expect.stringMatching(answers) : answers;
  expect(await ask(`unix:${socket}`, style)).toEqual([200, expected]);
  await runner.stop();
  expect(runner.exitCode, runner.output).toBe(0);
  let at = 0;
  for (const line of prints) {
    const found = runner.output.indexOf(line, at);
    expect(found, `${line} in ${runner.output}`).toBeGreaterThanOrEqual(0);
    at = found + line.length;
  }
  expect(runner.output).not.toMatch(/Error/);
  // What it wanted to open it has not opened.
  expect(await readdir(folderOfApplications)).toEqual(before);
});

test.each([
  ['CommonJS', {}],
  ['ES modules', { type: 'module' }],
])(
  'Nest in TypeScript as %s, started in another folder, keeps to its own tsconfig.json',
  async (_kind, manifest) => {
    const { path: folder, remove } = await createScratchFolder();
    onTestFinished(remove);
    const compilerOptions = { experimentalDecorators: true, module: 'nodenext', target: 'es2022' };
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src/main.ts'), NEST);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await symlink(
      fileURLToPath(new URL('../../node_modules', import.meta.url)),
      join(folder, 'node_modules'),
    );
    const socket = join(folder, 'app.sock');
    const runner = await startRunner(['--listen', socket, join(folder, 'src/main.ts')], { cwd: '/' });
    onTestFinished(() => runner.stop());
    expect(await ask(`unix:${socket}`, {})).toEqual([200, `hello ${PATH}`]);
    await until(() => runner.output.includes('Nest listens') || undefined, { what: 'output' });
  },
);

test('an application that forks a cluster is told what to do instead, and nothing of it stays', async () => {
  const runner = new Child(
    process.execPath,
    [fcgi, 'run', '--start-timeout', '3', join(folderOfApplications, 'cluster.cjs')],
    { env: { ...process.env, PORT: '0' } },
  );
  onTestFinished(() => runner.stop('SIGKILL'));
  await until(() => (runner.isRunning ? undefined : true), { what: 'end of the runner', timeout: 30_000 });
  expect(runner.exitCode).toBe(1);
  expect(runner.output).toMatch(/forks workers of its own \(cluster\).*use --workers of fcgi run/);
  expect(runner.output).toMatch(/cluster\.cjs exports nothing, and has not called listen\(\)/);
  const pids = [...runner.output.matchAll(/^cluster worker (\d+)$/gm)].map(([, pid]) => Number(pid));
  expect(pids).toHaveLength(2);
  await until(() => (pids.some(isRunning) ? undefined : true), {
    what: 'end of its workers',
    timeout: 10_000,
  });
});
