import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FcgiClient, paramsFromRequest } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';

const programs = fileURLToPath(new URL('../../programs/node', import.meta.url));

/** Two are real packages; the others do what the large ones do, by the same interface of Node. */
const monitoring = {
  OpenTelemetry: 'opentelemetry.cjs',
  'Elastic APM': 'elastic-apm.cjs',
  'diagnostics_channel, as Sentry uses it': 'channels.cjs',
  'a hook in require(), as dd-trace has it': 'require-hook.cjs',
};

const applications = [
  'express-listen.cjs',
  'express-export.cjs',
  'express-export.mjs',
  'fastify-export.cjs',
  'koa-export.cjs',
  'listener-export.cjs',
  'http-listen.mjs',
];

const requests: ReadonlyArray<readonly [method: string, url: string, status: number]> = [
  ['GET', '/items/7?x=1', 203],
  ['POST', '/items', 201],
  ['GET', '/fails', 418],
  ['GET', '/items/8', 203],
];

describe.each(Object.entries(monitoring))('%s', (_name, preload) => {
  test.each(applications)(
    'sees each request to %s once, with method, URL and status',
    async (application) => {
      const { path: cwd, remove } = await createScratchFolder();
      onTestFinished(remove);
      const socket = join(cwd, 'app.sock');
      const runner = await startRunner(['--listen', socket, join(programs, 'monitored', application)], {
        cwd,
        env: {
          ...process.env,
          NODE_OPTIONS: `--require ${join(programs, 'monitoring', preload)}`,
          PORT: '3000',
        },
      });
      onTestFinished(() => runner.stop());
      const client = new FcgiClient({ address: `unix:${socket}` });
      onTestFinished(() => client.close({ timeout: 0 }));
      const seen = () => runner.output.split('\n').filter((line) => line.startsWith('monitored '));
      for (const [index, [method, url, status]] of requests.entries()) {
        const body = method === 'POST' ? '{"name":"pen"}' : '';
        const params = paramsFromRequest(new Request(`http://example.org${url}`, { method }));
        if (body !== '')
          params.set('CONTENT_LENGTH', `${body.length}`).set('CONTENT_TYPE', 'application/json');
        const response = await client.request({ params, stdin: body });
        expect([response.status, await text(response.body)]).toEqual([status, body || expect.any(String)]);
        await until(() => seen().length > index || undefined, { what: `line about ${method} ${url}` });
      }
      await runner.stop();
      expect(seen()).toEqual(requests.map(([method, url, status]) => `monitored ${method} ${url} ${status}`));
    },
  );
});
