import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, onTestFinished, test } from 'vitest';
import {
  expectFinding,
  HEALTHY,
  openFolder,
  responder,
  SHEBANG,
  WEB_SERVER_USER,
  whyNotAsOthers,
  writeProgram,
} from './support/deployment.ts';

/** A program that hangs is waited for no longer than this. */
const SHORT = { timeout: 4_000 };

test('a program that opens a file by a relative path', async () => {
  const folder = await openFolder();
  await writeFile(join(folder, 'data.json'), '{}');
  const program = await writeProgram(
    folder,
    responder({ before: "require('node:fs').readFileSync('./data.json');" }),
  );
  await expectFinding(
    'relative-path',
    { target: program },
    {
      evidence: /started in .*, and not in \/[\s\S]*data\.json/,
      remedy: '__dirname',
    },
  );
});

test('a relative path that is followed only when a request comes', async () => {
  const folder = await openFolder();
  await writeFile(join(folder, 'page.html'), 'page');
  const program = await writeProgram(
    folder,
    responder({
      answer: `let page;
    try { page = require('node:fs').readFileSync('page.html'); } catch (error) {
      socket.end(Buffer.concat([stderr(String(error)), stdout('Status: 500\\r\\n\\r\\n'), stdout(''), end]));
      return;
    }
    ${HEALTHY}`,
    }),
  );
  await expectFinding(
    'relative-path',
    { target: program },
    { evidence: 'page.html', remedy: 'process.chdir' },
  );
});

test('a program that needs a variable of the shell', async () => {
  const program = await writeProgram(
    await openFolder(),
    responder({ before: "if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set');" }),
  );
  await expectFinding(
    'environment-missing',
    { target: program },
    {
      evidence: /it needs DATABASE_URL\n/,
      remedy: 'FcgidInitialEnv',
      callersEnvironment: {
        PATH: process.env['PATH'],
        DATABASE_URL: 'postgres://me:topsecret@localhost/db',
        HOME: '/root',
      },
    },
  );
});

test('a program whose first line leads to another Node than the shell', async () => {
  const folder = await openFolder();
  await mkdir(join(folder, 'old'));
  await mkdir(join(folder, 'new'));
  // What an old Node says to syntax that it does not know.
  await writeProgram(folder, '#!/bin/sh\necho "SyntaxError: Unexpected token ?" >&2\nexit 1\n', {
    name: 'old/node-for-web',
  });
  await symlink(process.execPath, join(folder, 'new/node-for-web'));
  const program = await writeProgram(folder, responder().replace(SHEBANG, '#!/usr/bin/env node-for-web\n'));
  await expectFinding(
    'another-interpreter',
    { target: program, environment: { PATH: `${folder}/old:/usr/bin:/bin` } },
    {
      evidence: /works with your .*new\/node-for-web, and not with .*old\/node-for-web/,
      remedy: 'command -v node',
      callersEnvironment: { PATH: `${folder}/new:/usr/bin:/bin` },
    },
  );
});

const notAsOthers = whyNotAsOthers();
describe.skipIf(notAsOthers)(`as ${WEB_SERVER_USER}${notAsOthers ? ` (${notAsOthers})` : ''}`, () => {
  test('a program that reads a file which is for its owner alone', async () => {
    const folder = await openFolder();
    await writeFile(join(folder, 'settings.json'), '{}');
    await chmod(join(folder, 'settings.json'), 0o600);
    const program = await writeProgram(
      folder,
      responder({ before: "require('node:fs').readFileSync(__dirname + '/settings.json');" }),
    );
    await expectFinding(
      'wrong-user',
      { target: program },
      {
        evidence: /works as root, and not as www-data[\s\S]*settings\.json/,
        remedy: 'chgrp www-data',
      },
    );
  });
});

test('an ES module in a file that ends in .fcgi', async () => {
  const folder = await openFolder();
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const program = await writeProgram(folder, `${SHEBANG}import 'node:net';\n`);
  await expectFinding('esm-in-fcgi', { target: program }, { evidence: '.fcgi', remedy: 'ln -s app.mjs' });
});

test('a program whose packages were not installed', async () => {
  const folder = await openFolder();
  const program = await writeProgram(folder, `${SHEBANG}require('no-such-package');\n`);
  await expectFinding(
    'module-not-found',
    { target: program },
    {
      evidence: "Cannot find module 'no-such-package'",
      remedy: `cd ${folder} && npm install`,
    },
  );
});

test('a program with a syntax error', async () => {
  const program = await writeProgram(await openFolder(), `${SHEBANG}const = 1;\n`);
  await expectFinding(
    'syntax-error',
    { target: program },
    { evidence: 'SyntaxError', remedy: 'node --check' },
  );
});

test('a program that opens a port of its own', async () => {
  const program = await writeProgram(
    await openFolder(),
    `${SHEBANG}require('node:http').createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1');\n`,
  );
  await expectFinding(
    'own-port',
    { target: program, ...SHORT },
    {
      evidence: /listens on tcp:127\.0\.0\.1:\d+/,
      remedy: `fcgi run ${program}`,
    },
  );
});

test('a program whose port is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  onTestFinished(() => {
    taken.close();
  });
  const { port } = taken.address() as { port: number };
  const program = await writeProgram(
    await openFolder(),
    `${SHEBANG}require('node:http').createServer().listen(${port}, '127.0.0.1');\n`,
  );
  await expectFinding('port-in-use', { target: program }, { evidence: 'EADDRINUSE', remedy: 'fcgi run' });
});

test('a program for CGI', async () => {
  const program = await writeProgram(
    await openFolder(),
    '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nhello"\n',
  );
  await expectFinding(
    'plain-cgi',
    { target: program },
    { evidence: 'Content-Type: text/plain', remedy: 'cgi-script' },
  );
});

test('a program that ends at once', async () => {
  const program = await writeProgram(
    await openFolder(),
    `${SHEBANG}console.error('fatal: no licence');\nprocess.exitCode = 3;\n`,
  );
  await expectFinding(
    'ends-at-once',
    { target: program },
    {
      evidence: /ended with exit status 3 before it took a connection\nstderr: fatal: no licence/,
      remedy: 'fd:0',
    },
  );
});

test('a program that runs and listens nowhere', async () => {
  const program = await writeProgram(await openFolder(), `${SHEBANG}setInterval(() => {}, 1000);\n`);
  await expectFinding(
    'serves-nothing',
    { target: program, ...SHORT },
    {
      evidence: 'took no connection from descriptor 0',
      remedy: 'fd:0',
    },
  );
});
