import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createFcgiServer } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  examine,
  expectFinding,
  openFolder,
  WEB_SERVER_USER,
  whyNotAsOthers,
  writeProgram,
} from './support/deployment.ts';

/** A FastCGI application that anybody may connect to. */
async function application(address: string): Promise<void> {
  const server = createFcgiServer({
    responder: (request) => {
      request.stdout.end('Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfine');
      return 0;
    },
  });
  await server.listen(address, { mode: 0o666 });
  onTestFinished(() => server.close());
}

async function nginxFor(folder: string, pass: string): Promise<string> {
  return writeProgram(
    folder,
    `server {\n    location / {\n        fastcgi_pass ${pass};\n        fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;\n    }\n}\n`,
    { name: 'nginx.conf' },
  );
}

test('an application that answers, at a socket and at a port', async () => {
  const folder = await openFolder();
  await application(`unix:${folder}/app.sock`);
  expect((await examine({ target: `${folder}/app.sock` })).findings).toEqual([]);
  expect(
    (
      await examine({
        target: `unix:${folder}/app.sock`,
        configuration: await nginxFor(folder, `unix:${folder}/app.sock`),
      })
    ).findings,
  ).toEqual([]);
});

test('a socket that is not there', async () => {
  const folder = await openFolder();
  await expectFinding(
    'socket-missing',
    { target: `unix:${folder}/run/app.sock` },
    {
      evidence: `the way to it ends at ${folder}`,
      remedy: `fcgi run --listen unix:${folder}/run/app.sock APP`,
    },
  );
});

test('a file that has the name of the socket', async () => {
  const folder = await openFolder();
  await writeFile(`${folder}/app.sock`, '');
  await expectFinding(
    'not-a-socket',
    { target: `unix:${folder}/app.sock` },
    {
      evidence: 'is no socket',
      remedy: /^mv|mv /,
    },
  );
});

test('a socket whose application was killed', async () => {
  const folder = await openFolder();
  const path = `${folder}/app.sock`;
  const child = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  await once(child, 'exit');
  await chmod(path, 0o666);
  await expectFinding(
    'nobody-listens',
    { target: `unix:${path}` },
    { evidence: 'refused', remedy: `rm ${path}` },
  );
});

test('a port on which nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  await expectFinding(
    'port-refused',
    { target: `127.0.0.1:${port}` },
    {
      evidence: `tcp:127.0.0.1:${port} refuses connections`,
      remedy: 'ss -ltnp',
    },
  );
});

test('a machine that does not exist', async () => {
  await expectFinding(
    'host-unreachable',
    { target: 'no-such-host.invalid:9000' },
    {
      evidence: /ENOTFOUND|EAI_AGAIN/,
      remedy: 'fcgi ping',
    },
  );
});

test('an application whose queue of connections is full', async () => {
  const folder = await openFolder();
  const path = `${folder}/app.sock`;
  const child = spawn(
    process.execPath,
    [
      '-e',
      `require('node:net').createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => console.log('ready'))`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  await chmod(path, 0o666);
  await fillQueue(path);
  await expectFinding(
    'backlog-full',
    { target: `unix:${path}`, timeout: 1_000 },
    {
      evidence: 'EAGAIN',
      remedy: '--workers auto',
    },
  );
});

/** Connects until the system says that there is no room. */
async function fillQueue(path: string): Promise<void> {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let isFull = false; !isFull; ) {
    const socket = connect(path);
    sockets.push(socket);
    isFull = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true);
    expect(sockets.length).toBeLessThan(1_000);
  }
}

test('a web server that connects to another socket', async () => {
  const folder = await openFolder();
  await application(`unix:${folder}/app.sock`);
  const config = await nginxFor(folder, `unix:${folder}/application.sock`);
  await expectFinding(
    'address-mismatch',
    { target: `unix:${folder}/app.sock`, configuration: config },
    {
      evidence: `nginx.conf:3 has unix:${folder}/application.sock`,
      remedy: 'nginx -s reload',
    },
  );
});

test('a socket in /tmp that the web server says is not there', async () => {
  const folder = await openFolder();
  const path = `${folder}/app.sock`;
  await application(`unix:${path}`);
  const log = join(folder, 'error.log');
  await writeFile(
    log,
    `2026/11/21 10:00:00 [crit] 7#7: *1 connect() to unix:${path} failed (2: No such file or directory) while connecting to upstream, client: 127.0.0.1\n`,
  );
  await expectFinding(
    'private-tmp',
    { target: path, log: log },
    {
      evidence: 'is there',
      remedy: 'RuntimeDirectory=',
    },
  );
});

test('an application that speaks HTTP on its port', async () => {
  const http = await import('node:http');
  const server = http.createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as { port: number };
  await expectFinding(
    'speaks-http',
    { target: `127.0.0.1:${port}` },
    {
      evidence: 'HTTP/1.1 400',
      remedy: 'proxy_pass',
    },
  );
});

test('an application that closes every connection', async () => {
  const folder = await openFolder();
  const server: Server = createServer((socket) => socket.end()).listen(`${folder}/app.sock`);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  await chmod(`${folder}/app.sock`, 0o666);
  await expectFinding(
    'closed-without-answer',
    { target: `${folder}/app.sock` },
    {
      evidence: /closed/,
      remedy: 'list of web servers',
    },
  );
});

const notAsOthers = whyNotAsOthers();
describe.skipIf(notAsOthers)(`for ${WEB_SERVER_USER}${notAsOthers ? ` (${notAsOthers})` : ''}`, () => {
  test('a socket that only its owner may use', async () => {
    const folder = await openFolder();
    await application(`unix:${folder}/app.sock`);
    await chmod(`${folder}/app.sock`, 0o660);
    await expectFinding(
      'socket-permission',
      { target: `${folder}/app.sock` },
      {
        evidence: `www-data may not write to: rw-rw---- root:root ${folder}/app.sock`,
        remedy: 'SocketGroup=www-data',
      },
    );
    await chown(`${folder}/app.sock`, 0, 33);
    expect((await examine({ target: `${folder}/app.sock` })).findings).toEqual([]);
  });

  test('a socket in a folder that is closed', async () => {
    const folder = await openFolder();
    await mkdir(`${folder}/run`, { mode: 0o700 });
    await application(`unix:${folder}/run/app.sock`);
    await expectFinding(
      'socket-folder-closed',
      { target: `${folder}/run/app.sock` },
      {
        evidence: `rwx------ root:root ${folder}/run`,
        remedy: 'chmod o+x',
      },
    );
  });

  test('the user is the one that the configuration of the web server names', async () => {
    const folder = await openFolder();
    await application(`unix:${folder}/app.sock`);
    await chmod(`${folder}/app.sock`, 0o660);
    const config = await nginxFor(folder, `unix:${folder}/app.sock`);
    await writeFile(
      config,
      `user root;\nserver { location / { fastcgi_pass unix:${folder}/app.sock; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; } }\n`,
    );
    expect((await examine({ target: `${folder}/app.sock`, configuration: config })).findings).toEqual([]);
  });
});
