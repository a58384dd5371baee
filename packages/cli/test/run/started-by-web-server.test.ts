import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { FCGI, FcgiProcess } from '../support/fcgi-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const APP = "require('node:http').createServer((req, res) => res.end(String(process.pid))).listen(3000);\n";

async function application(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(`${folder}/app.js`, APP);
  return folder;
}

test('no server for trying opens where a web server has started the process without a socket', async () => {
  const folder = await application();
  const running = new FcgiProcess(['run', `${folder}/app.js`], { env: { FCGI_ROLE: 'RESPONDER' } });
  const { status, stderr } = await running.outcome();
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /FCGI_LISTEN_SOCKET_MISSING[\s\S]*exec fcgi run APP, without & and without <\/dev\/null/,
  );
  expect(stderr).not.toContain('http://');
});

/** A wrapper for a shared host, and the check of it that guides name. */
async function checkOfWrapper(): Promise<{ readonly command: string[]; readonly folder: string }> {
  const folder = await application();
  const script = `${folder}/app.fcgi`;
  const words = `export HOME=${folder} NODE_ENV=production\ncd ${folder} || exit\nexec ${process.execPath} ${FCGI} run app.js`;
  await writeFile(script, `#!/bin/sh\n${words}\n`);
  await chmod(script, 0o755);
  return { command: ['-i', 'PATH=/usr/bin:/bin', 'sh', '-c', `cd ${folder} && ./app.fcgi`], folder };
}

test('a check of a wrapper by env -i without a terminal says what is missing, and ends', async () => {
  const { command } = await checkOfWrapper();
  const child = spawn('env', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(child.exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(
    'There is no socket to serve on (FCGI_LISTEN_SOCKET_MISSING): a web server, or a check',
  );
  expect(stderr).toContain('The application itself has been loaded.');
  expect(stderr).not.toContain('http://');
});

const noTerminal = skipReason('script');
test.skipIf(noTerminal)(
  `the same check in a terminal opens the gateway${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const { command } = await checkOfWrapper();
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', `env ${quoted}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill());
    let printed = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      printed += chunk;
      if (printed.includes('is served on http://')) return;
    }
    expect.unreachable(printed);
  },
);

test('a start without a terminal, but in the environment of a session, opens the gateway', async () => {
  const folder = await application();
  const running = new FcgiProcess(['run', `${folder}/app.js`], { env: { USER: 'me' } });
  await running.printed('is served on http://');
});

/** Starts a script with a listening socket as descriptor 0, as web servers do, and gives the socket up. */
async function startScript(folder: string) {
  const script = `${folder}/app.fcgi`;
  await writeFile(script, `#!/bin/sh\n${process.execPath} ${FCGI} run ${folder}/app.js\nexit $?\n`);
  await chmod(script, 0o755);
  const server = createServer().listen(`${folder}/made`);
  await once(server, 'listening');
  const { fd } = Reflect.get(server, '_handle') as { readonly fd: number };
  const child = spawn(script, [], { stdio: [fd, 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // Node removes the file that it made.
  await rename(`${folder}/made`, `${folder}/s`);
  server.close();
  await writeFile(`${folder}/made`, '');
  const client = new FcgiClient({ address: `unix:${folder}/s`, keepConn: false });
  onTestFinished(() => client.close({ timeout: 0 }));
  const ask = () => client.request({ params: new Map([['REQUEST_METHOD', 'GET']]) });
  const pid = Number(await text((await ask()).body));
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  });
  return { ask, child, said: () => stderr };
}

test('what a script without exec has started ends when the script has ended and its socket has gone', async () => {
  const folder = await application();
  const { ask, child, said } = await startScript(folder);
  child.kill();
  await once(child, 'exit');
  // The next web server may take the socket over by its name.
  expect((await ask()).status).toBe(200);
  await rm(`${folder}/made`);
  await rm(`${folder}/s`);
  await once(child.stderr!, 'end');
  expect(said()).toContain('lacks exec: exec fcgi run APP');
});
