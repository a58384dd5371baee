import { once } from 'node:events';
import { createServer as createNetServer } from 'node:net';
import { join, relative } from 'node:path';
import { createServer } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { respond, startApplication } from './support/applications.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

test('a path that begins with a dot is of the folder that it is typed in', async () => {
  const address = await startApplication(await temporaryFolder(), {
    responder: (request) => respond(request, 'Status: 204\r\n\r\n'),
  });
  const path = relative(process.cwd(), address.replace('unix:', ''));
  expect(path).toMatch(/^\.\.\//);
  expect(await runMain(['ping', path])).toMatchObject({ status: 0 });
  expect((await runMain(['ping', './none.sock'])).stderr).toContain(`unix:${process.cwd()}/none.sock`);
});

test('an application that answers is up, with what it says about itself', async () => {
  const address = `unix:${await temporaryFolder()}/app.sock`;
  const server = createServer({ responder: () => 0 });
  await server.listen(address);
  onTestFinished(() => server.close());
  const outcome = await runMain(['ping', address]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).toMatch(/^up unix:\/.*\/app\.sock answered after [\d.]+ ms, .*FCGI_MPXS_CONNS=1/);
});

test('a socket that does not exist is a failure that names it', async () => {
  const address = `unix:${await temporaryFolder()}/none.sock`;
  const outcome = await runMain(['ping', address]);
  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toContain(address);
});

test('a program that ends over GET_VALUES may be alive: the way to ask it otherwise is named', async () => {
  const path = join(await temporaryFolder(), 'app.sock');
  const server = createNetServer((socket) => socket.once('data', () => socket.end())).listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { status, stderr } = await runMain(['ping', path]);
  expect(status).toBe(1);
  expect(stderr).toContain('--path PATH sends a request instead');
});

test('a command line that makes no sense is 2, and says how to get help', async () => {
  for (const argv of [
    ['ping'],
    ['ping', 'tcp:nowhere'],
    ['ping', '/x', '--timeout', '-1'],
    ['pong'],
    ['ping', '/x', '--color'],
  ]) {
    const outcome = await runMain(argv);
    expect(outcome, argv.join(' ')).toMatchObject({ status: 2, stdout: '' });
    expect(outcome.stderr, argv.join(' ')).toContain('--help');
  }
});

test.each([[['--help']], [['ping', '--help']], [['--version']]])(
  '%j is printed on stdout and is no failure',
  async (argv) => {
    const outcome = await runMain(argv);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(outcome.stdout).not.toBe('');
  },
);

test('a path is asked as a request, and a status of 400 or above is down', async () => {
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      const isFine = request.params.get('REQUEST_URI') === '/health';
      await respond(request, `Status: ${isFine ? 204 : 503}\r\n\r\n`);
      return 0;
    },
  });
  expect(await runMain(['ping', address, '--path', '/health'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^up .* ms, status 204\n$/),
  });
  const down = await runMain(['ping', address, '--path', '/other', '--json']);
  expect(down).toMatchObject({ status: 1, stderr: 'fcgi: It answers /other with status 503.\n' });
  expect(JSON.parse(down.stdout)).toEqual({
    address,
    error: { message: 'It answers /other with status 503.' },
    up: false,
  });
});

test('what accepts connections and never answers is down after the time-out, with a reason', async () => {
  const path = join(await temporaryFolder(), 'silent.sock');
  const silent = createNetServer(() => {}).listen(path);
  await once(silent, 'listening');
  onTestFinished(() => {
    silent.close();
  });
  const outcome = await runMain(['ping', path, '--timeout', '0.2']);
  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/200 ms[\s\S]*It accepts connections/);
});

test.skipIf(noPhpFpm)(
  `php-fpm is up, by GET_VALUES and by its ping page${noPhpFpm ? ` (${noPhpFpm})` : ''}`,
  async () => {
    const php = await startPhpFpm(await temporaryFolder());
    expect(await runMain(['ping', php.address])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('FCGI_MPXS_CONNS=0'),
    });
    expect(await runMain(['ping', php.address, '--path', '/ping'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('status 200'),
    });
  },
);
