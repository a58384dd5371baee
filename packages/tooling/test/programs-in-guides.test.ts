import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { FcgiClient } from '@fcgi-js/client';
import { nginxConfig } from '@fcgi-js/configs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { guidePrograms, INTEGRATION_GUIDES } from '../src/guide-programs.ts';
import { fcgi, GuideProject, RunningProgram } from '../src/guide-project.ts';
import { codeBlocks } from '../src/markdown.ts';
import { skipReason } from '../src/system-packages.mjs';

/** Those of some guides are run elsewhere. */
const { guides, leftOut, program } = guidePrograms((path) => !INTEGRATION_GUIDES.includes(path));

/** A block of another language, by its beginning. */
function block(path: string, beginning: string): string {
  const guide = guides.find((each) => each.path === path);
  const found = codeBlocks(guide?.text ?? '').find(({ text }) => text.startsWith(beginning));
  if (found === undefined) throw new Error(`${path} has no block that begins with ${beginning}`);
  return found.text;
}

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

/** What nginx would send for a request of a browser. */
function paramsFor(url: string): Record<string, string> {
  const { pathname, search } = new URL(url, 'http://localhost');
  return {
    HTTP_HOST: 'localhost',
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: 'GET',
    REQUEST_URI: url,
    SCRIPT_NAME: '',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
}

async function answerTo(url: string): Promise<string> {
  const { body } = await client.request({ params: paramsFor(url) });
  return textOf(body);
}

/** Ends it as a process manager would. */
async function endsGracefully(server: RunningProgram): Promise<void> {
  server.kill('SIGTERM');
  await server.ended();
  expect(existsSync(socket)).toBe(false);
}

/** What stands in the guides in the place of a socket. */
const here = () => `unix:${socket}`;

describe('a program that serves answers a request', () => {
  test.each([
    ['docs/applications.md 1', 'unix:/run/app.sock', 'hello'],
    ['docs/applications.md 2', 'unix:/run/app.sock', 'Please use the new address.\n'],
    ['docs/debugging.md 1', 'fd:0', 'The application has /?a=b'],
    ['docs/migrating.md 1', 'fd:0', 'It works\n'],
    ['docs/security.md 1', 'tcp:10.0.0.7:9000', 'The application has /?a=b'],
    ['packages/middleware/README.md 1', 'unix:/run/app.sock', '127.0.0.1 has asked for /?a=b'],
    ['packages/server/README.md 1', 'unix:/run/app.sock', 'Hello from /?a=b'],
  ])('%s', async (name, address, answer) => {
    const server = project.run(program(name, { [address]: here() }));
    await server.listening(socket);
    expect(await answerTo('/?a=b')).toBe(answer);
  });

  test('that its argument names, and ends gracefully', async () => {
    const server = project.run(program('docs/deploying.md 1'), [here()]);
    await server.listening(socket);
    expect(await answerTo('/')).toBe('The application has /');
    await endsGracefully(server);
  });

  test('that runs an application in workers, and ends gracefully', async () => {
    const server = project.run(program('docs/running.md 2', { '/run/app.sock': socket }));
    await server.until(() => (server.output === '' ? undefined : true));
    expect(server.output).toBe(`app.js is served on unix:${socket}\n`);
    expect(await answerTo('/')).toBe('The application has /');
    await endsGracefully(server);
  });

  test.each([
    ['README.md 1', 'unix:/run/app.sock', 'Hello from /'],
    ['docs/getting-started.md 4', 'unix:/run/hello.sock', 'The application has /'],
    ['packages/fcgi-js/README.md 1', 'unix:/run/app.sock', 'Hello from /'],
  ])('with a socket of a group: %s', async (name, address, answer) => {
    const group = String(process.getgid?.());
    const server = project.run(program(name, { [address]: here(), 'www-data': group }));
    await server.listening(socket);
    expect(await answerTo('/')).toBe(answer);
  });

  test('as the change from an HTTP server has it', async () => {
    const lines = block('docs/migrating.md', '-app.listen').split('\n');
    const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
    const imports = `import { createServer, fromNodeListener } from '@fcgi-js/server';\nimport { app } from './app.js';\n`;
    const server = project.run(imports + added.join('\n').replace('unix:/run/app.sock', here()));
    await server.listening(socket);
    expect(await answerTo('/')).toBe('The application has /');
  });
});

describe('getting started', () => {
  beforeEach(async () => {
    await project.run(program('docs/getting-started.md 1'), [here()]).listening(socket);
  });

  test('the application answers fcgi request as the guide shows', async () => {
    const shown = block('docs/getting-started.md', '$ fcgi');
    const [, command = '', answer] = /^\$ fcgi (.*)\n(.*\n)$/.exec(shown) ?? [];
    const words = command
      .split(' ')
      .map((word) => word.replaceAll("'", '').replace('/tmp/hello.sock', socket));
    const { stdout } = await promisify(execFile)(process.execPath, [fcgi, ...words]);
    expect(stdout).toBe(answer);
  });

  test.each([
    ['docs/getting-started.md 2', 'unix:/tmp/hello.sock'],
    ['packages/client/README.md 2', '/run/app.sock'],
  ])('the gateway of %s shows it to a browser', async (name, address) => {
    const gateway = project.run(program(name, { [address]: socket, 8080: '0' }));
    const url = await gateway.until(() => /^Open (http:\S+)\n/.exec(gateway.output)?.[1]);
    const response = await fetch(new URL('/you', url));
    expect(await response.text()).toBe('Hello from /you\n');
  });

  test('a client asks it as it would ask php-fpm', async () => {
    const asking = project.run(
      program('packages/client/README.md 1', { 'unix:/run/php/php-fpm.sock': here() }),
    );
    const printed = await asking.ended();
    expect(printed).toMatch(/^200 \[/);
    expect(printed).toContain("'text/plain; charset=utf-8'");
    expect(printed).toContain('Hello from ');
  });
});

describe('a program prints what the guide says', () => {
  const mounted = { listen: 'unix:/run/app.sock', mount: '/hello', serverName: 'example.org' };
  const folders = { prefix: '/static', folder: '/srv/app/public' };
  test.each([
    ['docs/deploying.md 2', `${nginxConfig({ ...mounted, mount: '/yourapplication' })}\n`],
    ['docs/getting-started.md 3', `${nginxConfig({ ...mounted, listen: 'unix:/tmp/hello.sock' })}\n`],
    ['packages/client/README.md 3', '200 You asked for http://localhost/a?b=c\n'],
    [
      'packages/configs/README.md 1',
      `${nginxConfig({ ...mounted, mount: '/yourapplication', static: folders })}\n`,
    ],
    ['packages/init/README.md 1', block('packages/init/README.md', '/srv/shop')],
    ['packages/inspector/README.md 1', block('packages/inspector/README.md', 'BEGIN_REQUEST')],
    ['packages/protocol/README.md 1', block('packages/protocol/README.md', 'request 1')],
  ])('%s', async (name, printed) => {
    expect(await project.run(program(name)).ended()).toBe(printed);
  });

  test('docs/protocol.md 1', async () => {
    const printed = await project.run(program('docs/protocol.md 1')).ended();
    expect(printed).toMatch(/^\{.*requestId: 1,.*role: 1,.*keepConn: true.*\}\n$/s);
  });
});

test('the program in the README of @fcgi-js/bundle says where the folder is, and how large', async () => {
  await mkdir(join(folder, 'views'));
  await writeFile(join(folder, 'views/page.html'), '');
  const output = join(folder, 'upload');
  const replacing = { '/srv/shop': folder, '/srv/upload': output };
  const printed = await project.run(program('packages/bundle/README.md 1', replacing)).ended();
  expect(printed).toMatch(new RegExp(`^${output}: \\d{6} bytes\n$`));
  expect(existsSync(join(output, 'app/views/page.html'))).toBe(true);
});

test('the program in the README of @fcgi-js/conformance checks an application, and finds nothing', {
  timeout: 120_000,
}, async () => {
  await project.run(program('docs/getting-started.md 1'), [here()]).listening(socket);
  const replacing = { 'unix:/run/app.sock': here() };
  const printed = await project.run(program('packages/conformance/README.md 1', replacing)).ended();
  expect(printed).toMatch(/^\d{3} passed, 0 failed, \d+ skipped\n$/);
});

test('the program in the README of @fcgi-js/inspector passes on what it inspects', async () => {
  await project.run(program('docs/getting-started.md 1'), [here()]).listening(socket);
  const tapped = join(folder, 'tap.sock');
  const replacing = { '/run/app.sock': socket, '/run/tap.sock': tapped };
  const tap = project.run(program('packages/inspector/README.md 2', replacing));
  await tap.listening(tapped);
  const throughTap = new FcgiClient({ address: tapped });
  onTestFinished(() => throughTap.close());
  const { body, status } = await throughTap.request({ params: paramsFor('/you') });
  expect([status, await textOf(body)]).toEqual([200, 'Hello from /you\n']);
  expect(await tap.until(() => /^.+\n/.exec(tap.output)?.[0])).toBe('/you: 200\n');
});

test('the program in the README of @fcgi-js/doctor prints what stands below it', async () => {
  const printed = await project
    .run(program('packages/doctor/README.md 1', { '/run/app.sock': socket }))
    .ended();
  expect(printed.replaceAll(folder, '/run')).toBe(block('packages/doctor/README.md', 'The socket'));
});

test('the program in the README of @fcgi-js/runner runs an application, and reloads it', async () => {
  const shown = block('packages/runner/README.md', '2 workers');
  const running = project.run(program('packages/runner/README.md 1', { 'unix:/run/app.sock': here() }));
  await running.until(() => (running.output === '' ? undefined : true));
  expect(await answerTo('/')).toBe('The application has /');
  // Its handler is set in the turn in which it has printed the first line.
  running.kill('SIGHUP');
  await running.until(() => (running.output === shown ? true : undefined));
  expect(await answerTo('/')).toBe('The application has /');
  await endsGracefully(running);
});

test('the program in the README of @fcgi-js/dev serves an application at the URL that it prints', async () => {
  project.write('served.js', "export { app as default } from './app.js';\n");
  const running = project.run(
    program('packages/dev/README.md 1', { "'app.js'": "'served.js'", 'port: 8080': 'port: 0' }),
  );
  const url = await running.until(() => /^http:\S+$/m.exec(running.output)?.[0]);
  expect(await (await fetch(url)).text()).toBe('The application has /');
  expect(running.output).toMatch(/^listening$/m);
  running.kill('SIGINT');
  await running.ended();
});

test('the programs of the guide to streaming send events as they happen, until the browser leaves', async () => {
  for (const name of ['docs/streaming.md 1', 'docs/streaming.md 2']) {
    const told = `setInterval(() => console.log(server.stats().activeRequests), 20);\n`;
    const text = program(name, { '1_000': '20', 'unix:/run/app.sock': here() });
    const server = project.run(text + told);
    await server.listening(socket);
    const { body, headers, status } = await client.request({ params: paramsFor('/') });
    expect(status).toBe(200);
    expect(headers.map(([field, value]) => `${field.toLowerCase()}: ${value}`)).toContain(
      'content-type: text/event-stream',
    );
    let events = '';
    for await (const chunk of body) {
      events += chunk;
      if (events.split('\n\n').length > 3) break;
    }
    expect(events).toMatch(/^(data: \S+\n\n){3}/);
    await server.until(() => (/1\n0\n/.test(server.output) ? true : undefined));
    await endsNow(server);
  }
});

/** Ends it at once, its socket too. */
async function endsNow(server: RunningProgram): Promise<void> {
  server.kill('SIGKILL');
  await expect(server.ended()).rejects.toThrow('SIGKILL');
  await rm(socket);
}

test('the program of the guide to uploads stores a body, and refuses one that is too long', async () => {
  const path = join(folder, 'upload');
  const replacing = {
    '/var/lib/app/upload': path,
    '100 * 1024 * 1024': '1_000',
    'unix:/run/app.sock': here(),
  };
  await project.run(program('docs/uploads.md 1', replacing)).listening(socket);
  const upload = async (length: number) => {
    const params = { ...paramsFor('/'), CONTENT_LENGTH: String(length), REQUEST_METHOD: 'POST' };
    const { body, status } = await client.request({ params, stdin: 'a'.repeat(length) });
    await textOf(body);
    return status;
  };
  expect(await upload(1_000)).toBe(201);
  expect(await readFile(path, 'utf8')).toBe('a'.repeat(1_000));
  expect(await upload(1_001)).toBe(413);
});

test('the program of the guide to authorizers lets those in whose session it knows', async () => {
  const replacing = { 'new Map()': `new Map([['abc', 'ann']])`, 'unix:/run/app.sock': here() };
  await project.run(program('docs/authorizers.md 1', replacing)).listening(socket);
  const ask = async (cookie: string) => {
    const params = { ...paramsFor('/protected'), HTTP_COOKIE: cookie };
    const { body, headers, status } = await client.request({ params, role: 2 });
    await textOf(body);
    return { status, user: headers.find(([name]) => name === 'Variable-USER_ID')?.[1] };
  };
  expect(await ask('a=b; session=abc')).toEqual({ status: 200, user: 'ann' });
  expect((await ask('session=xyz')).status).toBe(403);
  expect((await ask('mysession=abc')).status).toBe(403);
});

test('the test of the guide to tests passes', async () => {
  expect(await project.run(program('docs/testing-applications.md 1')).ended()).toMatch(/^(#|ℹ) pass 1$/m);
});

test('that with Vitest passes, too', async () => {
  project.write('greets.test.ts', program('docs/testing-applications.md 2'));
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--no-color', '--root', folder];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stdout).toMatch(/Tests +2 passed/);
});

test('the transform in the README of @fcgi-js/middleware takes a user away, and nothing else', async () => {
  const print = `console.log(JSON.stringify([...withoutUser(new Map([['REMOTE_USER', 'ann'], ['A', 'b']]))]));\n`;
  const printed = await project.run(program('packages/middleware/README.md 2') + print).ended();
  expect(printed).toBe('[["A","b"]]\n');
});

test('fcgi run reads the configuration file of its guide', async () => {
  project.write('fcgi.config.ts', program('docs/running.md 1'));
  const { stdout } = await promisify(execFile)(process.execPath, [fcgi, 'run', '--print-config'], {
    cwd: folder,
  });
  expect(JSON.parse(stdout)).toMatchObject({
    listen: 'unix:/run/app.sock',
    maxMemory: '500M',
    workers: 'auto',
  });
});

const noTerminal = skipReason('script');
test.skipIf(noTerminal)(
  `the program of the guide to shared hosting starts as the guide tries it in a terminal, without even a home${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const guide = 'docs/deploying/shared-hosting.md';
    for (const each of ['public_html', 'node/bin', 'app/node_modules/.bin'])
      await mkdir(join(folder, each), { recursive: true });
    const atHome = (text: string) => text.replaceAll('/home/me', folder);
    const script = atHome(block(guide, '   #!/bin/sh').replaceAll(/^ {3}/gm, ''));
    await writeFile(join(folder, 'public_html/yourapplication.fcgi'), script, { mode: 0o755 });
    await symlink(process.execPath, join(folder, 'node/bin/node'));
    const command = `#!/bin/sh\nexec node '${fcgi}' "$@"\n`;
    await writeFile(join(folder, 'app/node_modules/.bin/fcgi'), command, { mode: 0o755 });
    project.write('app/app.js', `module.exports = (req, res) => res.end('at home');\n`);
    project.write('app/package.json', '{}');
    const child = spawn('script', ['-qec', atHome(block(guide, 'env -i')), '/dev/null']);
    const started = new RunningProgram(child);
    onTestFinished(() => started.end());
    const url = await started.until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(started.output)?.[0]);
    expect(await (await fetch(url)).text()).toBe('at home');
    const ended = once(child, 'exit');
    child.stdin.write('\x03');
    await ended;
  },
);

test.each(
  guides.flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter(({ language }) => language === 'sh')
      .map(({ line, text: commands }) => ({ at: `${path}:${line}`, commands })),
  ),
)('a shell can read what stands at $at', ({ commands }) => {
  const { status, stderr } = spawnSync('bash', ['-n', '-c', commands], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('no program in a guide is left out here', () => {
  expect(leftOut()).toEqual([]);
});
