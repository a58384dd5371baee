import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pattern } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isPlainCgi } from '../../src/listen/cgi-environment.ts';
import { Child, program, startApp } from '../support/child.ts';
import { scratchFolder } from '../support/harness.ts';

const CGI = {
  PATH: process.env['PATH'],
  GATEWAY_INTERFACE: 'CGI/1.1',
  HTTP_HOST: 'app.example',
  QUERY_STRING: 'a=b',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/cgi-bin/app/path?a=b',
  SCRIPT_NAME: '/cgi-bin/app',
  PATH_INFO: '/path',
  SERVER_PROTOCOL: 'HTTP/1.1',
};

const post = (length: number) => ({
  ...CGI,
  REQUEST_METHOD: 'POST',
  CONTENT_LENGTH: String(length),
  CONTENT_TYPE: 'text/plain',
});

/** Starts the application as a web server starts a CGI program, with its standard input open. */
function startCgi(env: NodeJS.ProcessEnv): Child {
  return startApp(['auto'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('a plain CGI program', () => {
  test('answers one GET on its standard output, and ends with status 0', async () => {
    const child = startCgi(CGI);
    expect(await child.ended).toBe(0);
    const [head, body] = child.stdout.split('\r\n\r\n');
    expect(head!.split('\r\n').at(-1)).toBe('Status: 200 OK');
    expect(head).toContain('X-Host: app.example');
    expect(body).toMatch(/^GET .*\/path\?a=b $/);
    expect(child.stderr).toBe('');
  });

  test.each([0, 1, 5_000, 200_000])('gets a body of %i bytes from its standard input', async (length) => {
    const child = startCgi(post(length));
    const body = Buffer.from(pattern(length));
    child.process.stdin!.write(body);
    expect(await child.ended).toBe(0);
    const text = child.stdout.split('\r\n\r\n').slice(1).join('\r\n\r\n');
    expect(text.slice(text.indexOf(' ', 'POST '.length) + 1)).toBe(body.toString('latin1'));
  });

  test('reads no more than CONTENT_LENGTH, and does not wait for the end of its standard input', async () => {
    const child = startCgi(post(4));
    child.process.stdin!.write('bodyMORE');
    expect(await child.ended).toBe(0);
    expect(child.stdout).toMatch(/ body$/);
  });

  test('does not wait for its standard input where there is no body', async () => {
    for (const env of [CGI, { ...CGI, CONTENT_LENGTH: '' }, { ...CGI, CONTENT_LENGTH: '0' }]) {
      const child = startCgi(env);
      expect(await child.ended).toBe(0);
      expect(child.stdout).toContain('Status: 200 OK');
    }
  });

  test('gets a body of unknown length, as Apache passes chunked uploads on', async () => {
    const child = startCgi({ ...CGI, REQUEST_METHOD: 'POST', HTTP_TRANSFER_ENCODING: 'chunked' });
    child.process.stdin!.end('chunked body');
    expect(await child.ended).toBe(0);
    expect(child.stdout).toMatch(/ chunked body$/);
  });

  test('answers HEAD without a body', async () => {
    const child = startCgi({ ...CGI, REQUEST_METHOD: 'HEAD' });
    expect(await child.ended).toBe(0);
    expect(child.stdout).toMatch(/Status: 200 OK\r\n\r\n$/);
  });

  test('that fails answers 500, says why on its standard error, and ends with a status other than 0', async () => {
    const child = startCgi({
      ...CGI,
      REQUEST_URI: '/throw',
      PATH_INFO: '/throw',
      SCRIPT_NAME: '',
      QUERY_STRING: '',
    });
    expect(await child.ended).toBe(1);
    expect(child.stdout).toMatch(
      /^Content-Type: text\/plain.*\r\nStatus: 500 Internal Server Error\r\n\r\n500 /,
    );
    expect(child.stderr).toContain('as it was asked to');
  });

  test('whose body ends too early answers an error, and ends', async () => {
    const child = startCgi(post(10));
    child.process.stdin!.end('short');
    expect(await child.ended).not.toBe(0);
    expect(child.stdout).toMatch(/Status: 400 /);
  });

  test('with CONTENT_LENGTH that is no number answers 400', async () => {
    const child = startCgi({ ...post(0), CONTENT_LENGTH: 'ten' });
    await child.ended;
    expect(child.stdout).toContain('Status: 400 Bad Request');
  });

  test('sees the bytes of its environment, whatever they are', async () => {
    // Node itself takes the environment for UTF-8, which these bytes are not.
    const child = new Child(
      'sh',
      ['-c', 'HTTP_HOST="$(printf "caf\\351")" exec "$@"', 'sh', process.execPath, program('app')],
      { env: CGI },
    );
    expect(await child.ended).toBe(0);
    expect(child.stdout).toContain('X-Host: caf\xe9\r\n');
  });

  test('finds nothing of the request in its environment, nor do its child processes', async () => {
    const ofRequest = {
      ...CGI,
      AUTH_TYPE: 'Basic',
      CONTENT_LENGTH: '0',
      CONTEXT_DOCUMENT_ROOT: '/var/www',
      DOCUMENT_ROOT: '/var/www',
      HTTP_COOKIE: 'session=secret',
      HTTP_PROXY: 'http://evil.example',
      HTTPS: 'on',
      PATH_TRANSLATED: '/var/www/env',
      REDIRECT_HTTP_AUTHORIZATION: 'Basic eDp5',
      REMOTE_ADDR: '192.0.2.1',
      REMOTE_USER: 'ann',
      REQUEST_URI: '/env',
      SCRIPT_FILENAME: '/var/www/app',
      SCRIPT_NAME: '',
      PATH_INFO: '/env',
      SERVER_NAME: 'app.example',
      SSL_CLIENT_S_DN: 'CN=ann',
      UNIQUE_ID: 'x',
    };
    const ofAdministrator = {
      PATH: process.env['PATH'],
      AUTH_SECRET: 's',
      CERT_PATH: 'c',
      DATABASE_URL: 'd',
      HTTPS_PROXY: 'p',
      http_proxy: 'p',
      NODE_ENV: 'production',
      SERVER_SECRET: 's',
      SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
    };
    const child = startCgi({ ...ofRequest, ...ofAdministrator });
    expect(await child.ended).toBe(0);
    const { child: inChild, own, params } = JSON.parse(child.stdout.split('\r\n\r\n')[1]!);
    const { PATH: _, HTTP_PROXY, ...moved } = ofRequest;
    expect(own.sort()).toEqual(Object.keys(ofAdministrator).sort());
    expect(inChild.sort()).toEqual(Object.keys(ofAdministrator).sort());
    expect(params.sort()).toEqual([...Object.keys(moved), ...Object.keys(ofAdministrator)].sort());
  });

  test('may get its body from a file, as some web servers do', async () => {
    const file = join(scratchFolder(), 'body');
    writeFileSync(file, pattern(100_000));
    const fd = openSync(file, 'r');
    onTestFinished(() => closeSync(fd));
    const child = startApp(['auto'], { env: post(100_000), stdio: [fd, 'pipe', 'pipe'] });
    expect(await child.ended).toBe(0);
    expect(child.stdout.endsWith(readFileSync(file, 'latin1'))).toBe(true);
  });

  test('with its standard input closed still answers', async () => {
    const child = new Child('sh', ['-c', 'exec "$@" <&-', 'sh', process.execPath, program('app')], {
      env: CGI,
    });
    expect(await child.ended).toBe(0);
    expect(child.stdout).toContain('Status: 200 OK');
  });

  test('whose reader has gone ends quietly', async () => {
    const child = startCgi(post(20_000_000));
    child.process.stdout!.destroy();
    child.process.stdin!.on('error', () => {});
    child.process.stdin!.end(Buffer.alloc(20_000_000));
    await child.ended;
    expect(child.stderr).not.toContain('Unhandled');
    expect(child.stderr).not.toContain('uncaught');
  });

  test('that is ended by SIGTERM while its body comes, ends', async () => {
    const child = startCgi(post(10));
    child.process.stdin!.write('abc');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.process.kill('SIGTERM');
    await child.ended;
  });
});

describe('whether it is one', () => {
  test.each([
    [{ GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET' }, true],
    [{ GATEWAY_INTERFACE: 'CGI/1.1' }, false],
    [{ REQUEST_METHOD: 'GET' }, false],
    [{}, false],
  ])('%j: %s', (environment, expected) => {
    expect(isPlainCgi(environment)).toBe(expected);
  });

  test('without GATEWAY_INTERFACE: the error says how to start the program', async () => {
    const { GATEWAY_INTERFACE: _, ...env } = CGI;
    const child = startCgi(env);
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(
      /^FCGI_LISTEN_SOCKET_MISSING: .*no CGI environment\. Start it from a web server/,
    );
    expect(child.stdout).toBe('');
  });

  test('a socket on descriptor 0 comes before it: mod_fcgid and others set GATEWAY_INTERFACE as well', async () => {
    const setup = {
      command: [process.execPath, program('app'), 'auto'],
      fd: 0,
      listen: { host: '127.0.0.1', port: 0 },
      times: 1,
    };
    const parent = new Child(process.execPath, [program('parent'), JSON.stringify(setup)], {
      detached: true,
      env: { ...CGI },
    });
    await parent.printed(/^listening tcp:/m);
  });
});
