import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FcgiRequest } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { echo, respond, startApplication } from './support/applications.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain, type TestIo } from './support/test-io.ts';

interface Echo {
  readonly data?: string;
  readonly params: Record<string, string>;
  readonly role: number;
  readonly stdin: string;
}

/** What the application was asked by `fcgi request ADDRESS …`. */
async function ask(argv: readonly string[], io: TestIo = {}): Promise<Echo> {
  const address = await startApplication(await temporaryFolder(), {
    responder: echo,
    authorizer: echo,
    filter: echo,
  });
  const outcome = await runMain(['request', address, ...argv], io);
  expect(outcome).toMatchObject({ status: 0 });
  return JSON.parse(outcome.stdout) as Echo;
}

/** What the command makes of one answer. */
async function answered(
  answer: string | Uint8Array,
  argv: readonly string[] = [],
  stderr = '',
  appStatus = 0,
) {
  const responder = async (request: FcgiRequest) => {
    if (stderr !== '') request.stderr.write(stderr);
    await respond(request, answer);
    return appStatus;
  };
  const address = await startApplication(await temporaryFolder(), { responder });
  return await runMain(['request', address, ...argv]);
}

test('params are those of a web server, with the target byte for byte', async () => {
  const { params } = await ask(['/a%2Fb//../ü;x?q=%zz&ü', '--prefix', '/', '-X', 'PATCH']);
  const bytes = Buffer.from('ü').toString('latin1');
  expect(params).toMatchObject({
    GATEWAY_INTERFACE: 'CGI/1.1',
    HTTP_ACCEPT: '*/*',
    HTTP_HOST: 'localhost',
    HTTP_USER_AGENT: expect.stringMatching(/^fcgi\/\d/),
    PATH_INFO: `/a/b//../${bytes};x`,
    QUERY_STRING: `q=%zz&${bytes}`,
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: 'PATCH',
    REQUEST_URI: `/a%2Fb//../${bytes};x?q=%zz&${bytes}`,
    SCRIPT_NAME: '',
    SERVER_PORT: '80',
  });
  expect(params).not.toHaveProperty('CONTENT_LENGTH');
});

test('an absolute URL tells scheme, host and port', async () => {
  const { params } = await ask(['https://example.org:8443/x']);
  expect(params).toMatchObject({
    HTTPS: 'on',
    HTTP_HOST: 'example.org:8443',
    REQUEST_URI: '/x',
    SERVER_NAME: 'example.org',
    SERVER_PORT: '8443',
  });
});

test('a prefix is SCRIPT_NAME, and without a URL its root is asked', async () => {
  expect((await ask(['/shop/cart', '--prefix', '/shop'])).params).toMatchObject({
    PATH_INFO: '/cart',
    SCRIPT_NAME: '/shop',
  });
  expect((await ask(['--prefix', '/shop/'])).params).toMatchObject({ PATH_INFO: '/', REQUEST_URI: '/shop/' });
});

test('header fields are set, emptied and left out as with curl', async () => {
  const { params } = await ask(['-H', 'X-Name: Jürgen', '-H', 'X-Empty;', '-H', 'accept:', '-H', 'Host: me']);
  expect(params).toMatchObject({
    HTTP_HOST: 'me',
    HTTP_X_EMPTY: '',
    HTTP_X_NAME: Buffer.from('Jürgen').toString('latin1'),
  });
  expect(params).not.toHaveProperty('HTTP_ACCEPT');
});

test('params are put in place, emptied and left out', async () => {
  const argv = ['-p', 'HTTPS=on', '-p', 'PATH_INFO=', '--unset', 'REMOTE_ADDR', '-p', 'A=b=c'];
  const { params } = await ask(argv);
  expect(params).toMatchObject({ A: 'b=c', HTTPS: 'on', PATH_INFO: '' });
  expect(params).not.toHaveProperty('REMOTE_ADDR');
});

test('a body comes from text, files and stdin, with its length', async () => {
  const cwd = await temporaryFolder();
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  await writeFile(join(cwd, 'body'), bytes);
  const text = await ask(['-d', 'a=1', '-d', 'b=ü']);
  expect(text.stdin).toBe(Buffer.from('a=1&b=ü').toString('latin1'));
  expect(text.params).toMatchObject({
    CONTENT_LENGTH: '8',
    CONTENT_TYPE: 'application/x-www-form-urlencoded',
    REQUEST_METHOD: 'POST',
  });
  const file = await ask(['-d', '@body', '-H', 'Content-Type: image/png'], { cwd });
  expect(file.stdin).toBe(bytes.toString('latin1'));
  expect(file.params).toMatchObject({ CONTENT_LENGTH: '200000', CONTENT_TYPE: 'image/png' });
  expect((await ask(['-d', '@-'], { stdin: bytes })).stdin).toBe(bytes.toString('latin1'));
  expect((await ask(['-d', 'x', '-d', '@body'], { cwd })).stdin).toBe(`x&${bytes.toString('latin1')}`);
});

test('a script sets what nginx sets for php-fpm', async () => {
  const script = ['--script', '/var/www/shop/index.php'];
  expect((await ask(['/index.php/cart?a=1', ...script])).params).toMatchObject({
    DOCUMENT_ROOT: '/var/www/shop',
    DOCUMENT_URI: '/index.php/cart',
    PATH_INFO: '/cart',
    PATH_TRANSLATED: '/var/www/shop/cart',
    QUERY_STRING: 'a=1',
    SCRIPT_FILENAME: '/var/www/shop/index.php',
    SCRIPT_NAME: '/index.php',
  });
  expect((await ask(['/cart', ...script, '--root', '/var/www'])).params).toMatchObject({
    DOCUMENT_ROOT: '/var/www',
    PATH_INFO: '',
    REQUEST_URI: '/cart',
    SCRIPT_NAME: '/shop/index.php',
  });
});

test('an authorizer gets the params of the specification, and its decision is told', async () => {
  const { params, role } = await ask(['/x', '--role', 'authorizer', '-p', 'REMOTE_USER=ann']);
  expect(role).toBe(2);
  expect(params).toMatchObject({ REMOTE_USER: 'ann', REQUEST_URI: '/x' });
  for (const name of ['CONTENT_LENGTH', 'PATH_INFO', 'SCRIPT_NAME']) expect(params).not.toHaveProperty(name);
  for (const [answer, told] of [
    ['Status: 200 OK\r\nVariable-USER_ID: 7\r\n\r\n', 'allowed USER_ID=7\n'],
    ['Status: 403 Forbidden\r\n\r\n', 'denied\n'],
  ] as const) {
    const address = await startApplication(await temporaryFolder(), {
      authorizer: async (request) => {
        await respond(request, answer);
        return 0;
      },
    });
    const outcome = await runMain(['request', address, '--role', 'authorizer']);
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: told });
  }
});

test('a filter gets the file', async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'page.html'), '<p>');
  const asked = await ask(['--role', 'filter', '--filter-data', 'page.html'], { cwd });
  expect(asked).toMatchObject({ data: '<p>', role: 3 });
  expect(asked.params).toMatchObject({
    FCGI_DATA_LAST_MOD: expect.stringMatching(/^\d{10}$/),
    FCGI_DATA_LENGTH: '3',
  });
});

test('the body goes to stdout as it is, with -i after its head, with -o to a file', async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 200]);
  const answer = Buffer.concat([Buffer.from('Status: 201 Made\r\nX-A: 1\r\nX-A: 2\r\n\r\n'), bytes]);
  const file = join(await temporaryFolder(), 'out');
  expect(await answered(answer, ['-o', file, '-i'])).toMatchObject({
    status: 0,
    stdout: 'Status: 201 Made\nX-A: 1\nX-A: 2\n\n',
  });
  expect(await readFile(file)).toEqual(bytes);
  expect((await answered('Status: 200\r\n\r\nplain')).stdout).toBe('plain');
  expect((await answered('Status: 200\r\nX: y\r\n\r\n', ['-I'])).stdout).toBe('Status: 200\nX: y\n');
});

test('JSON has everything in one line', async () => {
  const answer = 'Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnö';
  const outcome = await answered(answer, ['--json'], 'looked everywhere\n', 3);
  expect(outcome.status).toBe(0);
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    appStatus: 3,
    body: 'nö',
    bodyEncoding: 'utf8',
    headers: [['Content-Type', 'text/plain']],
    protocolStatus: 0,
    reason: 'Not Found',
    status: 404,
    stderr: 'looked everywhere\n',
    timing: { connected: expect.any(Number), firstRecord: expect.any(Number), total: expect.any(Number) },
  });
  const binary = await answered(Buffer.from('Status: 200\r\n\r\n\xff', 'latin1'), ['--json']);
  expect(JSON.parse(binary.stdout)).toMatchObject({ body: '/w==', bodyEncoding: 'base64' });
});

test('a status of 400 or above is a failure with --fail only', async () => {
  const answer = 'Status: 404 Not Found\r\n\r\nno';
  expect(await answered(answer)).toEqual({ status: 0, stdout: 'no', stderr: '' });
  const failed = await answered(answer, ['--fail']);
  expect(failed).toEqual({ status: 1, stdout: 'no', stderr: 'fcgi: The response is 404 Not Found.\n' });
  const exited = await answered('Status: 200\r\n\r\n', ['-f'], '', 9);
  expect(exited).toMatchObject({ status: 1, stderr: 'fcgi: The application ended with appStatus 9.\n' });
});

test('FCGI_STDERR is marked on stderr, with nothing in it that a terminal obeys', async () => {
  const outcome = await answered('Status: 200\r\n\r\nx', [], 'one\ntwo \x1b[2J\nrest');
  expect(outcome).toEqual({
    status: 0,
    stdout: 'x',
    stderr: 'stderr: one\nstderr: two \\x1b[2J\nstderr: rest\n',
  });
});

test('a CONTENT_LENGTH that is not the length of the body is refused, and nothing is sent', async () => {
  let asked = 0;
  const responder = async (request: FcgiRequest) => {
    asked += 1;
    await respond(request, 'Status: 200\r\n\r\n');
  };
  const address = await startApplication(await temporaryFolder(), { responder });
  for (const value of ['2', '4', '3x', '+3', '0x3', '3e0', '03', '3, 3', '１３']) {
    for (const option of [`-HContent-Length: ${value}`, `-pCONTENT_LENGTH=${value}`]) {
      const outcome = await runMain(['request', address, '-d', 'abc', option]);
      expect([option, outcome.status]).toEqual([option, 1]);
      expect(outcome.stderr).toMatch(/CONTENT_LENGTH (is|announces) /);
    }
  }
  const twice = ['-H', 'Content-Length: 3', '-H', 'Content-Length: 2'];
  expect((await runMain(['request', address, '-d', 'abc', ...twice])).status).toBe(1);
  expect((await runMain(['request', address, '-p', 'CONTENT_LENGTH=3'])).status).toBe(1);
  expect(asked).toBe(0);
});

test('a body that is not what Content-Length announces is told', async () => {
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, 'Status: 200\r\nContent-Length: 9\r\n\r\nabc');
      return 0;
    },
  });
  const outcome = await runMain(['request', address]);
  expect(outcome.stderr).toContain('Content-Length announces 9 bytes, but the body has 3');
});

test('-v shows every record of both directions, and each param', async () => {
  const { stderr } = await answered('Status: 200 OK\r\n\r\nabc', ['-v', '-p', 'X=\x1b\xe9']);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' '));
  expect(lines.filter((line) => !/^> [A-Z_]+=/.test(line))).toEqual([
    '> BEGIN_REQUEST id 1 RESPONDER, close after it',
    expect.stringMatching(/^> PARAMS id 1 [\d,]+ bytes$/),
    '> PARAMS id 1 end of the stream',
    '> STDIN id 1 end of the stream',
    '< STDOUT id 1 21 bytes',
    '< STDOUT id 1 end of the stream',
    '< END_REQUEST id 1 REQUEST_COMPLETE, appStatus 0',
  ]);
  expect(lines).toContain('> REQUEST_URI=/');
  expect(lines).toContain('> X=\\x1bé');
});

test('where FastCGI fails the exit status is 1 and the message says what to do', async () => {
  const none = `unix:${await temporaryFolder()}/none.sock`;
  const outcome = await runMain(['request', none, '--json']);
  expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no such socket') });
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    address: none,
    error: { code: 'FCGI_CONNECT_FAILED', side: 'network' },
  });
  const address = await startApplication(await temporaryFolder(), { responder: () => new Promise(() => {}) });
  const silent = await runMain(['request', address, '--timeout', '0.2']);
  expect(silent).toMatchObject({ status: 1, stderr: expect.stringContaining('200 ms') });
  const rejected = await runMain(['request', address, '--role', 'filter']);
  expect(rejected).toMatchObject({ status: 1, stderr: expect.stringContaining('UNKNOWN_ROLE') });
});

test('an interrupted request is aborted, and its status is that of Ctrl-C', async () => {
  let aborted: Promise<void> | undefined;
  const controller = new AbortController();
  const address = await startApplication(await temporaryFolder(), {
    responder: (request) => {
      aborted = new Promise((resolve) => request.signal.addEventListener('abort', () => resolve()));
      controller.abort('SIGINT');
      return new Promise(() => {});
    },
  });
  const outcome = await runMain(['request', address], { interrupted: controller.signal });
  expect(outcome).toEqual({ status: 130, stdout: '', stderr: '' });
  await aborted;
});

test.each([
  [['nonsense'], 'is no URL'],
  [['/a b'], 'write %20'],
  [['/', '-X', 'GET IT'], 'It is no method'],
  [['/', '-H', 'no colon'], 'is no header field'],
  [['/', '-H', 'A: b\nC: d'], 'is no header field'],
  [['/', '-H', 'Proxy: x'], '-p HTTP_PROXY='],
  [['/', '-H', 'X_User: x'], '-p HTTP_X_USER='],
  [['/', '-p', 'NAME'], '--unset NAME'],
  [['/', '-d', '@/no/such/file'], 'cannot be read'],
  [['/x', '--prefix', '/shop'], 'is not below /shop'],
  [['/', '--script', '/a/b.php', '--root', '/c'], 'is not below --root'],
  [['/', '--role', 'judge'], "argument 'judge' is invalid"],
  [['/', '--filter-data', 'x'], '--role filter'],
  [['/', '--role', 'authorizer', '-d', 'x'], 'gets no body'],
  [['/', '--json', '-i'], '--json'],
])('%j is refused as a command line that makes no sense', async (argv, reason) => {
  const outcome = await runMain(['request', '/run/none.sock', ...argv]);
  expect(outcome).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(reason) });
});
