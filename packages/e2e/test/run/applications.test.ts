import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../../src/http.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

/** Real packages, started in the ways in which their users start them. Nothing in them knows of FastCGI. */
const applications: Record<string, string> = {
  'Express, laid out by its generator': 'generator/bin/www',
  'Express, listening when its database is there': 'express-promise.mjs',
  'Express, listening as the main module': 'express-main.cjs',
  'connect, listening': 'connect.mjs',
  'Fastify, listening': 'fastify-listen.mjs',
  'Fastify, exported': 'fastify-export.mjs',
  'Koa, listening': 'koa-listen.cjs',
  'Koa, exported': 'koa-export.mjs',
  'Nest, with its bootstrap function': 'nest-bootstrap.cjs',
  'Hono, in TypeScript with its server for Node': 'hono-serve.ts',
  'Hono, in TypeScript, exported': 'hono-export.ts',
  'h3, exported': 'h3-export.mjs',
  'h3 1, listening': 'h3-v1-listen.mjs',
  'itty-router, exported': 'itty.mjs',
};

const folderOfApplications = fileURLToPath(new URL('apps', import.meta.url));

const noNginx = skipReason('nginx');
test.skipIf(noNginx).each(Object.entries(applications))(
  `%s, is served unchanged behind nginx${noNginx ? ` (${noNginx})` : ''}`,
  async (_name, file) => {
    const folder = await createScratchFolder();
    onTestFinished(folder.remove);
    const path = join(folder.path, 'app.sock');
    const runner = await startRunner(['--listen', path, join(folderOfApplications, file)], {
      cwd: folder.path,
    });
    onTestFinished(() => runner.stop());
    const nginx = await startNginx({ application: { kind: 'unix', path }, folder: folder.path });
    onTestFinished(nginx.stop);
    const answer = await new HttpClient(nginx.url).request('/');
    expect([answer.status, answer.text()]).toEqual([200, 'hello world']);
    await runner.stop();
    expect(runner.output).not.toMatch(/also listens|Error/);
    expect(runner.exitCode).toBe(0);
  },
);
