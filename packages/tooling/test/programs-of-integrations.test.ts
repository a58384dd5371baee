import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { FcgiClient, paramsFromRequest } from '@fcgi-js/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guidePrograms, INTEGRATION_GUIDES } from '../src/guide-programs.ts';
import { GuideProject } from '../src/guide-project.ts';

const { leftOut, program } = guidePrograms((path) => INTEGRATION_GUIDES.includes(path));

/** In the place of php-fpm, which has a test of its own. */
const APPLICATION = `import { createServer, fromNodeListener } from '@fcgi-js/server';
const responder = fromNodeListener((request, response) => response.end('Hello from ' + request.url + '\\n'));
await createServer({ responder, mount: '/' }).listen(process.argv[2]);
`;

let folder: string;
let socket: string;
let project: GuideProject;
let client: FcgiClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-guide-'));
  socket = join(folder, 'app.sock');
  project = new GuideProject(folder);
  client = new FcgiClient({ address: socket });
});

afterEach(async () => {
  await client.close();
  await project.stop();
  await rm(folder, { recursive: true });
});

/** What stands in the guides in the place of a socket. */
const here = () => `unix:${socket}`;

async function answerTo(path: string, headers: Record<string, string> = {}): Promise<string> {
  const params = paramsFromRequest(new Request(`http://localhost${path}`, { headers }));
  const { body } = await client.request({ params });
  return textOf(body);
}

describe('the gateway of the guide to PHP asks for a script', () => {
  let replacing: Record<string, string>;
  let port: number;

  beforeEach(async () => {
    await project.run(APPLICATION, [here()]).listening(socket);
    await mkdir(join(folder, 'site'));
    for (const name of ['index.php', 'a.css']) await writeFile(join(folder, 'site', name), 'a file\n');
    port = await freePort();
    replacing = { '/run/php/php8.2-fpm.sock': socket, '/srv/site/public': join(folder, 'site') };
  });

  test.each([
    ['docs/php.md 1', 'a file\n', '{"ok":true}'],
    ['docs/php.md 2', 'Hello from /a.css\n', '{"ok":true}'],
    ['docs/php.md 4', 'Hello from /a.css\n', 'Hello from /health\n'],
  ])('in %s', async (name, file, health) => {
    const running = project.run(program(name, { ...replacing, 8080: String(port) }));
    const url = await running.until(() => /^Open (http:\S+)\n/.exec(running.output)?.[1]);
    const said = async (path: string) => (await fetch(url + path)).text();
    expect(await said('/you')).toBe('Hello from /you\n');
    expect(await said('/index%2ephp')).toBe('Hello from /index%2ephp\n');
    expect(await said('/a.css')).toBe(file);
    expect(await said('/health')).toBe(health);
  });

  test('inside Vite', async () => {
    project.write('vite.config.ts', program('docs/php.md 3', replacing));
    const server = `{ configFile: 'vite.config.ts', root: 'site', server: { host: '127.0.0.1', port: ${port} } }`;
    const running = project.run(
      `import { createServer } from 'vite';\nawait (await createServer(${server})).listen();\nconsole.log('listens');`,
    );
    await running.until(() => (running.output.includes('listens') ? true : undefined));
    const said = async (path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: 'text/css' } })).text();
    expect(await said('/')).toBe('Hello from /\n');
    expect(await said('/index%2ephp')).toBe('Hello from /index%2ephp\n');
    expect(await said('/a.css')).toBe('a file\n');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the program of the guide to tracing goes on with the trace of the browser', async () => {
  const sdk = `import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ConsoleSpanExporter, BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }));
propagation.setGlobalPropagator({
  fields: () => [],
  inject: () => {},
  extract: (active, { traceparent }) => {
    const [, traceId, spanId] = traceparent.split('-');
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
});
`;
  const server = project.run(sdk + program('docs/observability.md 1', { 'unix:/run/app.sock': here() }));
  await server.listening(socket);
  const [traceId, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const headers = { traceparent: `00-${traceId}-${parent}-01` };
  expect(await answerTo('/a?secret', headers)).toBe(`Traced by ${traceId}\n`);
  const printed = await server.until(() =>
    /status: \{[^}]*\}/.test(server.output) ? server.output : undefined,
  );
  for (const part of [parent, "'http.response.status_code': 200", "'url.path': '/a'"]) {
    expect(printed).toContain(part);
  }
});

test('the program of the guide to metrics counts a request', async () => {
  const port = await freePort();
  const replacing = { 'unix:/run/app.sock': here(), 9464: String(port) };
  await project.run(program('docs/observability.md 2', replacing)).listening(socket);
  expect(await answerTo('/')).toBe('hello\n');
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await expect.poll(metrics).toContain('fcgi_request_duration_seconds_count{method="GET",status="200"} 1');
  expect(await metrics()).toContain('fcgi_active_requests 0');
});

test('no program of these guides is left out here', () => {
  expect(leftOut()).toEqual([]);
});
