import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../e2e/src/poll.ts';
import { webServerUser } from '../../e2e/src/users.ts';
import { launchWebServer } from '../../e2e/src/web-servers/launch.ts';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { echo, respond, startApplication } from './support/applications.ts';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

/** A tap that listens in front of an application. */
async function startTap(upstream: string, argv: readonly string[] = [], terminal = false) {
  const folder = await temporaryFolder();
  const socket = join(folder, 'tap.sock');
  const running = new FcgiProcess(['tap', socket, upstream, ...argv], { cwd: folder, terminal });
  await running.printed(/Listening on/);
  const stop = async () => {
    running.kill('SIGINT');
    return await running.outcome();
  };
  return { address: `unix:${socket}`, folder, running, socket, stop };
}

/** Without what differs from time to time: clock, milliseconds. */
function timeless(text: string): string {
  return text.replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'CLOCK').replace(/[\d.]+ \/ [\d.]+ ms/g, 'N / N ms');
}

const HEAD = 'Status: 200 OK\r\nSet-Cookie: s=1\r\n\r\n';

test('each request is a line, with STDERR above it; Ctrl-C ends cleanly and takes the socket away', async () => {
  const upstream = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      request.stderr.write('a note\x1b\n');
      await respond(request, `${HEAD}hello`);
      return 3;
    },
  });
  const { address, socket, stop } = await startTap(upstream);
  expect((await stat(socket)).mode & 0o777).toBe(0o660);
  await runMain(['request', address, '/a?b=\x7f'.replace('\x7f', '%7f'), '-d', 'x']);
  const outcome = await stop();
  expect(outcome.status).toBe(0);
  expect(timeless(outcome.stdout)).toBe(`CLOCK  #1.1  stderr: a note\\x1b
CLOCK  #1.1  POST /a?b=%7f  200 appStatus 3  5 bytes  N / N ms
`);
  await expect(stat(socket)).rejects.toThrow('ENOENT');
});

test('records, params and heads are shown on demand, secrets are not', async () => {
  const upstream = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, `${HEAD}hello`);
      return 0;
    },
  });
  const { address, stop } = await startTap(upstream, ['--records', '--params', '--heads']);
  await runMain([
    'request',
    address,
    '-H',
    'Cookie: secret',
    '-H',
    'Authorization: Basic c2VjcmV0',
    '-H',
    'X-Auth-Token: secret',
  ]);
  const { stdout } = await stop();
  expect(stdout).not.toMatch(/secret|c2VjcmV0|s=1/);
  const lines = timeless(stdout).split('\n');
  for (const line of [
    'CLOCK  #1.1  > BEGIN_REQUEST  RESPONDER, close after it',
    'CLOCK  #1.1  REQUEST_URI=/',
    'CLOCK  #1.1  HTTP_COOKIE=(6 characters, hidden)',
    'CLOCK  #1.1  HTTP_AUTHORIZATION=(14 characters, hidden)',
    'CLOCK  #1.1  HTTP_X_AUTH_TOKEN=(6 characters, hidden)',
    'CLOCK  #1.1  Set-Cookie: (3 characters, hidden)',
    'CLOCK  #1.1  < END_REQUEST    REQUEST_COMPLETE, appStatus 0',
    'CLOCK  #1.1  GET /  200  5 bytes  N / N ms',
  ]) {
    expect(lines).toContain(line);
  }
});

test('JSON is a line for each request; what is saved is decoded again', async () => {
  const upstream = await startApplication(await temporaryFolder(), { responder: echo });
  const { address, folder, stop } = await startTap(upstream, ['--json', '--save', 'tap.jsonl']);
  await runMain(['request', address, '/one', '-d', 'abc', '-H', 'Cookie: secret']);
  await runMain(['request', address, '/two']);
  const { status, stdout } = await stop();
  expect(status).toBe(0);
  const [one, two, ...others] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    appStatus: 0,
    connection: 1,
    findings: [],
    headers: [['Content-Type', 'application/json']],
    isWhole: true,
    kind: 'request',
    params: { HTTP_COOKIE: '(6 characters, hidden)', REQUEST_URI: '/one' },
    protocolStatus: 0,
    status: 200,
    stdinLength: 3,
    timing: { firstRecord: expect.any(Number), total: expect.any(Number) },
    url: '/one',
  });
  expect(two).toMatchObject({ connection: 2, method: 'GET', url: '/two' });
  const file = join(folder, 'tap.jsonl');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const decoded = await runFcgi(['decode', file]);
  expect(decoded).toMatchObject({ status: 0, stderr: '' });
  expect(decoded.stdout).toMatch(
    /^connection 1\n[\s\S]*REQUEST_URI=\/one\n[\s\S]*\nconnection 2\n[\s\S]*REQUEST_URI=\/two\n/,
  );
  expect(decoded.stdout).toMatch(/\d+ records, 2 requests: nothing is wrong\n$/);
});

test('of STDERR a bounded part is kept until the request ends, and JSON says how much is not', async () => {
  const upstream = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      for (const length of [65_535, 1, 5]) await request.stderr.write('x'.repeat(length));
      await respond(request, `${HEAD}hello`);
      return 0;
    },
  });
  const { address, stop } = await startTap(upstream, ['--json']);
  await runMain(['request', address]);
  const told = JSON.parse((await stop()).stdout) as { stderr: string; stderrDropped: number };
  expect(told.stderr.length).toBe(65_536);
  expect(told.stderrDropped).toBeGreaterThanOrEqual(5);
});

test('a file that is there already is made the owner’s alone, and kept where nothing can listen', async () => {
  const upstream = await startApplication(await temporaryFolder(), { responder: echo });
  const { folder, socket, stop } = await startTap(upstream);
  const file = join(folder, 'old.jsonl');
  await writeFile(file, 'mine', { mode: 0o644 });
  expect(await runFcgi(['tap', socket, upstream, '--save', file])).toMatchObject({ status: 1 });
  expect(await readFile(file, 'utf8')).toBe('mine');
  await stop();
  const running = new FcgiProcess(['tap', socket, upstream, '--save', file]);
  await running.printed(/Listening on/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

/** A peer at the other end of the tap that is no FastCGI application at all. */
async function startPeer(onConnection: (socket: Socket) => void): Promise<string> {
  const path = join(await temporaryFolder(), 'peer.sock');
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return path;
}

test('whatever bytes pass, they arrive unchanged, in both directions, each with its own end', async () => {
  const answer = randomBytes(3_000_000);
  let received: Buffer | undefined;
  const peer = await startPeer((socket) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    // Only when the other side has ended its direction does this one answer.
    socket.on('end', () => {
      received = Buffer.concat(pieces);
      socket.end(answer);
    });
  });
  const { socket: path, stop } = await startTap(peer, ['--records']);
  const sent = randomBytes(3_000_000);
  const client = connect({ path, allowHalfOpen: true });
  client.end(sent);
  const got = await buffer(client);
  const digest = (bytes: Uint8Array | undefined) =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
  expect(digest(received)).toBe(digest(sent));
  expect(digest(got)).toBe(digest(answer));
  const { status, stdout } = await stop();
  expect(status).toBe(0);
  expect(stdout).toContain('bytes that are no record');
});

test('a side that does not read holds the other up, and nothing is kept in between', async () => {
  const piece = Buffer.alloc(65_536);
  let taken = 0;
  let isFull = false;
  const peer = await startPeer((socket) => {
    const fill = () => {
      while (socket.write(piece)) taken += piece.length;
    };
    socket.on('error', () => {}).on('drain', fill);
    fill();
  });
  const { socket: path, stop } = await startTap(peer);
  const client = connect(path).pause();
  await once(client, 'connect');
  let before = -1;
  await until(
    () => {
      isFull = taken === before;
      before = taken;
      return isFull && taken > 0 ? true : undefined;
    },
    { what: 'stop of the peer', interval: 300, timeout: 20_000 },
  );
  expect(taken).toBeLessThan(5_000_000);
  client.destroy();
  expect((await stop()).status).toBe(0);
});

test('an application that is not there is told, and the web server is not kept waiting', async () => {
  const { address, stop } = await startTap('/run/no-such.sock');
  const asked = await runMain(['request', address]);
  expect(asked.status).toBe(1);
  const { status, stderr } = await stop();
  expect(status).toBe(0);
  expect(stderr).toContain('Connection 1 broke off: connect ENOENT /run/no-such.sock');
});

test('a request that loses its application is told as one without END_REQUEST', async () => {
  const peer = await startPeer((socket) => {
    socket.once('data', () => socket.destroy());
  });
  const { address, stop } = await startTap(peer);
  await runMain(['request', address, '/lost']);
  const { stdout } = await stop();
  expect(stdout).toContain('the connection ended without END_REQUEST');
  expect(stdout).toMatch(/GET \/lost {2}no head no END_REQUEST/);
});

test('Ctrl-C lets a running request end', async () => {
  let answer = () => {};
  const upstream = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await new Promise<void>((done) => {
        answer = done;
        request.stderr.write('working\n');
      });
      await respond(request, `${HEAD}done`);
      return 0;
    },
  });
  const { address, running, socket } = await startTap(upstream);
  const asking = runMain(['request', address]);
  await running.printed(/working/);
  running.kill('SIGINT');
  await until(async () => ((await stat(socket).catch(() => undefined)) === undefined ? true : undefined), {
    what: 'end of the socket',
  });
  answer();
  expect(await asking).toMatchObject({ status: 0, stdout: 'done' });
  expect(await running.outcome()).toMatchObject({ status: 0, stdout: expect.stringContaining('GET /  200') });
});

test('a socket that is in use is left alone, one that was left behind is replaced', async () => {
  const upstream = await startApplication(await temporaryFolder(), { responder: echo });
  const first = await startTap(upstream, ['--socket-mode', '600']);
  expect((await stat(first.socket)).mode & 0o777).toBe(0o600);
  const second = await runFcgi(['tap', first.socket, upstream]);
  expect(second).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Another process listens on'),
  });
  first.running.kill('SIGKILL');
  await first.running.outcome();
  const third = new FcgiProcess(['tap', first.socket, upstream]);
  await third.printed(/Listening on/);
  expect((await runMain(['request', first.address])).status).toBe(0);
  third.kill('SIGINT');
  await third.outcome();
  expect(await readdir(first.folder)).not.toContain('tap.sock');
  const file = join(first.folder, 'file');
  await writeFile(file, 'mine');
  expect(await runFcgi(['tap', file, upstream])).toMatchObject({ status: 1 });
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect(await runMain(['tap', join(first.folder, 'new'), upstream, '--save', '/'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Cannot write to /'),
  });
  expect((await runMain(['tap', '/x', '/y', '--socket-mode', '999'])).status).toBe(2);
});

const noTerminal = skipReason('script');
test.skipIf(noTerminal)(`a terminal gets colours${noTerminal ? ` (${noTerminal})` : ''}`, async () => {
  const upstream = await startApplication(await temporaryFolder(), { responder: echo });
  const { address, running } = await startTap(upstream, [], true);
  await runMain(['request', address]);
  await running.printed('\x1b[32m200\x1b[39m');
  running.write('\x03');
  expect((await running.outcome()).status).toBe(0);
});

const noNginx = noPhpFpm ?? skipReason('nginx');
test.skipIf(noNginx)(
  `between nginx and php-fpm every byte passes and every request is shown${noNginx ? ` (${noNginx})` : ''}`,
  async () => {
    const php = await startPhpFpm(await temporaryFolder());
    const script = await php.script(
      'index.php',
      `<?php $body = file_get_contents('php://input'); header('X-Digest: ' . hash('sha256', $body)); echo strrev($body);`,
    );
    const { folder, socket, stop } = await startTap(php.address, [
      '--socket-mode',
      '666',
      '--save',
      'tap.jsonl',
    ]);
    const user = webServerUser();
    const web = await temporaryFolder();
    const nginx = await launchWebServer({ folder: web }, async (port) => {
      const config = join(web, 'nginx.conf');
      const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
      await writeFile(
        config,
        `${user === undefined ? '' : `user ${user.name} ${user.group};`}
daemon off; worker_processes 1; pid ${web}/pid; events {}
http {
  access_log off; client_max_body_size 0;
  ${temporary.map((name) => `${name}_temp_path ${web}/${name};`).join(' ')}
  upstream php { server unix:${socket}; keepalive 2; }
  server { listen 127.0.0.1:${port}; location / {
    include /etc/nginx/fastcgi_params; fastcgi_keep_conn on; fastcgi_pass php;
    fastcgi_param SCRIPT_FILENAME ${script};
  } }
}`,
      );
      return { command: 'nginx', args: ['-e', join(web, 'error.log'), '-c', config], errorLog: 'error.log' };
    });
    onTestFinished(() => nginx.stop());
    for (const length of [1, 70_000, 2_000_000]) {
      const body = randomBytes(length);
      const response = await fetch(new URL(`/upload?${length}`, nginx.url), { method: 'POST', body });
      expect(response.headers.get('x-digest')).toBe(createHash('sha256').update(body).digest('hex'));
      expect(Buffer.from(await response.arrayBuffer()).equals(body.reverse())).toBe(true);
    }
    const { status, stdout } = await stop();
    expect(status).toBe(0);
    expect(stdout).toMatch(/POST \/upload\?2000000 {2}200 {2}2,000,000 bytes/);
    const decoded = await runFcgi(['decode', '--json', join(folder, 'tap.jsonl')]);
    const summary = JSON.parse(decoded.stdout.trimEnd().split('\n').at(-1) ?? '') as object;
    expect(summary).toMatchObject({ errors: 0, kind: 'summary' });
  },
);
