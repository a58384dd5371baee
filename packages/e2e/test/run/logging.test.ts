import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { FcgiClient, paramsFromRequest } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';

const application = fileURLToPath(new URL('../../programs/node/logging.cjs', import.meta.url));

test('morgan, pino, prom-client, sessions, compression and on-headers do once for each request what they do', async () => {
  const { path: cwd, remove } = await createScratchFolder();
  onTestFinished(remove);
  const socket = join(cwd, 'app.sock');
  const env = { ...process.env, PORT: '3000' };
  const runner = await startRunner(['--listen', socket, application], { cwd, env });
  onTestFinished(() => runner.stop());
  const client = new FcgiClient({ address: `unix:${socket}` });
  onTestFinished(() => client.close({ timeout: 0 }));
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const params = paramsFromRequest(new Request(`http://example.org${path}`, { headers }));
    const response = await client.request({ params: params.set('REMOTE_ADDR', '192.0.2.7') });
    return {
      body: await buffer(response.body),
      headers: new Headers(response.headers.map(([name, value]): [string, string] => [name, value])),
      status: response.status,
    };
  };

  const first = await ask('/cart?a=%2F', { 'Accept-Encoding': 'gzip' });
  expect(first.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(first.body).toString()).toBe('visits: 1');
  expect(first.headers.get('x-headers')).toBe('1');
  const [cookie] = /^connect\.sid=[^;]+/.exec(first.headers.get('set-cookie') ?? '') ?? [];
  const second = await ask('/cart', { Cookie: cookie ?? 'none' });
  expect(second.body.toString()).toBe('visits: 2');
  expect((await ask('/missing')).status).toBe(404);

  const lines = (start: string) => runner.output.split('\n').filter((line) => line.startsWith(start));
  await until(() => (lines('morgan').length === 3 && lines('{').length === 3) || undefined, { what: 'logs' });
  expect(lines('morgan')).toEqual([
    'morgan GET /cart?a=%2F 200 192.0.2.7 text/plain; charset=utf-8',
    'morgan GET /cart 200 192.0.2.7 text/plain; charset=utf-8',
    'morgan GET /missing 404 192.0.2.7 text/plain; charset=utf-8',
  ]);
  const told = lines('{').map((line) => {
    const { by, req, res } = JSON.parse(line);
    return [by, req.method, req.url, req.remoteAddress, res.statusCode];
  });
  expect(told).toEqual([
    ['pino', 'GET', '/cart?a=%2F', '192.0.2.7', 200],
    ['pino', 'GET', '/cart', '192.0.2.7', 200],
    ['pino', 'GET', '/missing', '192.0.2.7', 404],
  ]);

  const [, port] = await until(() => /^figures at (\d+)$/m.exec(runner.output) ?? undefined, {
    what: 'port of the figures',
  });
  const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(figures).toMatch(/^served\{method="GET",status="200"\} 2$/m);
  expect(figures).toMatch(/^served\{method="GET",status="404"\} 1$/m);
  await runner.stop();
  expect(lines('morgan')).toHaveLength(3);
});
