import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runtimeProgram, runtimes } from '../src/runtimes.ts';
import { installTarball, workspaceTarballs } from '../src/tarballs.mjs';

// What docs/security.md says that Node has to be told to allow.

const run = promisify(execFile);

let project: string;

/** Uses what needs nothing but the language. */
const PURE = `
  import { encodeBeginRequest, RecordDecoder, Role } from 'fcgi-js/protocol';
  import { scriptNameStripper } from 'fcgi-js/middleware';
  import { nginxConfig } from 'fcgi-js/configs';
  const decoder = new RecordDecoder();
  decoder.push(encodeBeginRequest({ requestId: 1, role: Role.Responder }));
  console.log(decoder.next().requestId, typeof scriptNameStripper(), typeof nginxConfig({ listen: 'unix:/run/app.sock' }));
`;

/** Serves, and asks itself. */
const SERVER = `
  import { createServer, fromNodeListener } from 'fcgi-js/server';
  import { FcgiClient } from 'fcgi-js/client';
  import { text } from 'node:stream/consumers';
  const server = createServer({ responder: fromNodeListener((req, res) => res.end('served')) });
  const address = await server.listen(process.argv[2]);
  const client = new FcgiClient({ address });
  const params = { REQUEST_METHOD: 'GET', REQUEST_URI: '/', SERVER_PROTOCOL: 'HTTP/1.1' };
  console.log(await text((await client.request({ params })).body));
  await client.close();
  await server.close();
`;

beforeAll(async () => {
  project = join(await realpath(await mkdtemp(join(tmpdir(), 'fcgi-js-permissions-'))), 'project');
  const tarballs = await workspaceTarballs();
  await installTarball({ installer: 'npm', name: 'fcgi-js', offline: false, project, tarballs });
  await writeFile(join(project, 'pure.mjs'), PURE);
  await writeFile(join(project, 'server.mjs'), SERVER);
  await writeFile(
    join(project, 'app.cjs'),
    "require('http').createServer((_, res) => res.end()).listen(3000);",
  );
}, 120_000);

afterAll(() => rm(join(project, '..'), { recursive: true }));

const versions = runtimes.filter(
  ({ name, version }) => name === 'node' && Number.parseInt(version, 10) >= 24,
);

describe.each(versions)('node $version --permission', (runtime) => {
  // From Node 25 on.
  const net = Number.parseInt(runtime.version, 10) >= 25 ? ['--allow-net'] : [];
  const own = () => ['--permission', `--allow-fs-read=${project}/`];
  const descriptors = ['--allow-fs-read=/proc/self/', '--allow-fs-write=/proc/self/fd/'];
  const output = async (...args: string[]) =>
    (await run(await runtimeProgram(runtime), args, { cwd: project })).stdout;

  test('protocol, middleware and configs need to be read, and nothing else', async () => {
    expect(await output(...own(), 'pure.mjs')).toBe('1 function string\n');
  });

  test('server and client over TCP need the network', async () => {
    expect(await output(...own(), ...net, 'server.mjs', '127.0.0.1:0')).toBe('served\n');
  });

  test('a Unix socket needs its folder to be written', async () => {
    const folder = `--allow-fs-write=${project}/`;
    const socket = `unix:${join(project, 's')}`;
    expect(await output(...own(), ...net, folder, 'server.mjs', socket)).toBe('served\n');
    expect(await output(...own(), ...net, folder, ...descriptors, 'server.mjs', socket)).toBe('served\n');
    await expect(output(...own(), ...net, 'server.mjs', socket)).rejects.toThrow(/FCGI_/);
  });

  test('fcgi run needs threads, and to read what the application reads', async () => {
    const command = await realpath(join(project, 'node_modules/.bin/fcgi'));
    const allowed = ['--allow-fs-read=*', `--allow-fs-write=${project}/`, '--allow-worker', ...net];
    const listening = ['run', '--listen', join(project, 'run.sock'), 'app.cjs'];
    const child = spawn(
      await runtimeProgram(runtime),
      ['--permission', ...allowed, ...descriptors, command, ...listening],
      { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const ended = once(child, 'close');
    onTestFinished(async () => {
      child.kill();
      await ended;
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 20_000 }).toContain('is served on unix:');
  });
});

test('Deno runs protocol, middleware and configs without any permission', async () => {
  const deno = await runtimeProgram(runtimes.find(({ name }) => name === 'deno')!);
  const { stdout } = await run(deno, ['run', '--no-prompt', 'pure.mjs'], { cwd: project });
  expect(stdout).toBe('1 function string\n');
});
