import { expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { respond, startApplication } from './support/applications.ts';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const HELLO = 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nHello\n';

async function greeting(answer: string | Uint8Array = HELLO): Promise<string> {
  return await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      request.stderr.write('a note\n');
      await respond(request, answer);
      return 0;
    },
  });
}

test('the installed command writes the response to stdout and what the application logs to stderr', async () => {
  const outcome = await runFcgi(['request', await greeting(), '-i']);
  expect(outcome).toEqual({
    status: 0,
    stdout: 'Status: 200 OK\nContent-Type: text/plain\n\nHello\n',
    stderr: 'stderr: a note\n',
  });
});

test('a body of many megabytes is passed on, and a reader that leaves does no harm', async () => {
  const big = Buffer.concat([Buffer.from('Status: 200\r\n\r\n'), Buffer.alloc(20_000_000, 'x\n')]);
  const address = await greeting(big);
  expect((await runFcgi(['request', address])).stdout).toHaveLength(20_000_000);
  const leaving = new FcgiProcess(['request', address]);
  await leaving.printed(/x/);
  leaving.stopReading();
  expect(await leaving.outcome()).toMatchObject({ status: 0, stderr: 'stderr: a note\n' });
});

test('Ctrl-C ends a request that waits', async () => {
  const address = await startApplication(await temporaryFolder(), {
    responder: (request) => {
      request.stderr.write('working\n');
      return new Promise(() => {});
    },
  });
  const waiting = new FcgiProcess(['request', address]);
  await waiting.printed(/working/);
  waiting.kill('SIGINT');
  expect(await waiting.outcome()).toEqual({ status: 130, stdout: '', stderr: 'stderr: working\n' });
});

test('Ctrl-C ends a request whose response has begun', async () => {
  const address = await startApplication(await temporaryFolder(), {
    responder: (request) => {
      request.stdout.write('Status: 200 OK\r\n\r\nbegun\n');
      return new Promise(() => {});
    },
  });
  const waiting = new FcgiProcess(['request', address]);
  await waiting.printed(/begun/);
  waiting.kill('SIGINT');
  expect(await waiting.outcome()).toEqual({ status: 130, stdout: 'begun\n', stderr: '' });
});

const noTerminal = skipReason('script');
test.skipIf(noTerminal)(
  `colours are for terminals, and bytes that are no text are not${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const coloured = await runFcgi(['request', await greeting(), '-i'], { terminal: true });
    expect(coloured.stdout).toContain('\x1b[1mStatus: 200 OK\x1b[22m');
    expect(coloured.stdout).toContain('\x1b[33mstderr:\x1b[39m a note');
    const plain = await runFcgi(['request', await greeting(), '-i'], {
      terminal: true,
      env: { NO_COLOR: '1' },
    });
    expect(plain.stdout).not.toContain('\x1b[1m');
    const binary = await runFcgi(['request', await greeting('Status: 200\r\n\r\n\0\x01')], {
      terminal: true,
    });
    expect(binary).toMatchObject({ status: 1, stdout: expect.stringContaining('it is not text') });
  },
);

test.skipIf(noPhpFpm)(
  `php-fpm runs the script that it is told, with body, headers and STDERR${noPhpFpm ? ` (${noPhpFpm})` : ''}`,
  async () => {
    const php = await startPhpFpm(await temporaryFolder());
    const script = await php.script(
      'index.php',
      `<?php header('X-Made-By: php'); http_response_code(201); error_log('from php');
echo json_encode(['post' => $_POST, 'get' => $_GET, 'path' => $_SERVER['PATH_INFO'] ?? null, 'self' => $_SERVER['PHP_SELF']]);`,
    );
    const argv = ['request', php.address, '/index.php/a?b=c', '--script', script, '-d', 'name=ann'];
    const outcome = await runFcgi([...argv, '--json']);
    expect(outcome).toMatchObject({ status: 0, stderr: expect.stringMatching(/^stderr: .*from php\n$/) });
    const response = JSON.parse(outcome.stdout) as { body: string; headers: string[][]; status: number };
    expect(response).toMatchObject({ status: 201, headers: expect.arrayContaining([['X-Made-By', 'php']]) });
    expect(JSON.parse(response.body)).toEqual({
      get: { b: 'c' },
      path: '/a',
      post: { name: 'ann' },
      self: '/index.php/a',
    });
  },
);

test.skipIf(noPhpFpm)(
  `a script that php-fpm does not find is explained${noPhpFpm ? ` (${noPhpFpm})` : ''}`,
  async () => {
    const folder = await temporaryFolder();
    const php = await startPhpFpm(folder);
    const outcome = await runFcgi(['request', php.address, '--script', `${folder}/none.php`]);
    expect(outcome).toMatchObject({ status: 0, stdout: 'File not found.\n' });
    expect(outcome.stderr).toContain('Primary script unknown');
    expect(outcome.stderr).toContain(`php-fpm finds no file ${folder}/none.php`);
  },
);
