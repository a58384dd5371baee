import { createServer, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { type ParamsFromRequestOptions, paramsFromRequest } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';

/** Sends bytes to a real HTTP server, and gives the request as its listener sees it. */
async function received(bytes: string, host = '127.0.0.1'): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const server = createServer({ insecureHTTPParser: false }, (req) => resolve(req));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    server.listen(0, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('There is no port.'));
      const socket = connect(address.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      socket.on('error', reject);
      socket.on('data', (answer) => reject(new Error(`The server answered: ${answer.toString()}`)));
    });
  });
}

async function paramsOf(
  target: string,
  fields = '',
  options?: ParamsFromRequestOptions,
): Promise<Record<string, string>> {
  const req = await received(`GET ${target} HTTP/1.1\r\nHost: example.org:8080\r\n${fields}\r\n`);
  return Object.fromEntries(paramsFromRequest(req, options));
}

describe('a request of node:http', () => {
  test('has every param that CGI/1.1 demands, and no more than there is', async () => {
    const req = await received(
      'POST /a/b?c=d HTTP/1.1\r\nHost: example.org:8080\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nX-Y: z\r\n\r\nhi',
    );
    expect(Object.fromEntries(paramsFromRequest(req))).toEqual({
      CONTENT_LENGTH: '2',
      CONTENT_TYPE: 'text/plain',
      GATEWAY_INTERFACE: 'CGI/1.1',
      HTTP_HOST: 'example.org:8080',
      HTTP_X_Y: 'z',
      PATH_INFO: '/a/b',
      QUERY_STRING: 'c=d',
      REDIRECT_STATUS: '200',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_PORT: `${req.socket.remotePort}`,
      REQUEST_METHOD: 'POST',
      REQUEST_SCHEME: 'http',
      REQUEST_URI: '/a/b?c=d',
      SCRIPT_NAME: '',
      SERVER_ADDR: '127.0.0.1',
      SERVER_NAME: 'example.org',
      SERVER_PORT: `${req.socket.localPort}`,
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_SOFTWARE: 'fcgi-js',
    });
  });

  test('has no CONTENT_LENGTH and no CONTENT_TYPE where there is no body', async () => {
    const params = await paramsOf('/');
    expect(params).not.toHaveProperty('CONTENT_LENGTH');
    expect(params).not.toHaveProperty('CONTENT_TYPE');
    expect(params).not.toHaveProperty('HTTPS');
    expect(params).not.toHaveProperty('REMOTE_USER');
  });

  test.each([
    ['/', '/', ''],
    ['/?', '/', ''],
    ['/a%2Fb', '/a/b', ''],
    ['/a//b/', '/a//b/', ''],
    ['/a/../b/./c', '/a/../b/./c', ''],
    ['/a%25b%252F', '/a%b%2F', ''],
    ['/a%3Fb?c=%3F?d', '/a?b', 'c=%3F?d'],
    ['/%E4%BD%A0', '/\xe4\xbd\xa0', ''],
    ['/caf%E9', '/caf\xe9', ''],
    ['/a%0D%0Ab', '/a\r\nb', ''],
    ['/a+b;c=d', '/a+b;c=d', ''],
    ['/a%zzb%', '/a%zzb%', ''],
    ['/?a=%00', '/', 'a=%00'],
    ['*', '', ''],
  ])(
    'keeps the target %s as sent and has PATH_INFO %j and QUERY_STRING %j',
    async (target, pathInfo, query) => {
      const method = target === '*' ? 'OPTIONS' : 'GET';
      const req = await received(`${method} ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(Object.fromEntries(paramsFromRequest(req))).toMatchObject({
        PATH_INFO: pathInfo,
        QUERY_STRING: query,
        REQUEST_URI: target,
        SCRIPT_NAME: '',
      });
    },
  );

  test('has the host of an absolute target, and never where it comes from', async () => {
    const params = await paramsOf('http://user:pass@other.example:81/p/q?r');
    expect(params).toMatchObject({
      HTTP_HOST: 'other.example:81',
      PATH_INFO: '/p/q',
      QUERY_STRING: 'r',
      REQUEST_URI: '/p/q?r',
      SERVER_NAME: 'other.example',
    });
    expect(await paramsOf('http://other.example?q')).toMatchObject({ PATH_INFO: '/', REQUEST_URI: '/?q' });
  });

  test('with an encoded NUL in its path is refused: no param may hold one', async () => {
    const req = await received('GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(() => paramsFromRequest(req)).toThrow(expect.objectContaining({ code: 'FCGI_TARGET_INVALID' }));
  });

  test('with a target that is no path is refused', async () => {
    const req = await received('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    req.url = 'nonsense';
    expect(() => paramsFromRequest(req)).toThrow(expect.objectContaining({ code: 'FCGI_TARGET_INVALID' }));
  });

  test('below a mounted router counts with its original target', async () => {
    const req = await received('GET /php/a HTTP/1.1\r\nHost: x\r\n\r\n');
    Object.assign(req, { originalUrl: req.url, url: '/a' });
    expect(Object.fromEntries(paramsFromRequest(req, { mount: '/php' }))).toMatchObject({
      PATH_INFO: '/a',
      REQUEST_URI: '/php/a',
      SCRIPT_NAME: '/php',
    });
  });

  test('is told from the plain IPv4 address on a socket for both versions', async () => {
    const req = await received('GET / HTTP/1.1\r\nHost: [::1]:1\r\n\r\n', '::');
    expect(req.socket.remoteAddress).toBe('::ffff:127.0.0.1');
    expect(Object.fromEntries(paramsFromRequest(req))).toMatchObject({
      REMOTE_ADDR: '127.0.0.1',
      SERVER_ADDR: '127.0.0.1',
      SERVER_NAME: '[::1]',
    });
  });

  test.each(['', 'a b', 'a/b', 'user@host', '<x>'])(
    'with the Host %j has the address as SERVER_NAME',
    async (host) => {
      const req = await received(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(paramsFromRequest(req).get('SERVER_NAME')).toBe('127.0.0.1');
    },
  );
});

describe('header fields', () => {
  test('become HTTP_*, without those about the connection, Proxy, and names that can be mistaken', async () => {
    const params = await paramsOf(
      '/',
      [
        'Connection: keep-alive, X-Hop',
        'Keep-Alive: 5',
        'Proxy: http://evil/',
        'Proxy-Authorization: x',
        'Proxy-Connection: x',
        'TE: trailers',
        'Trailer: x',
        'Upgrade: h2c',
        'HTTP2-Settings: x',
        'Expect: 100-continue',
        'X_User: spoofed',
        'X.User: spoofed',
        "X'User: spoofed",
        'Authorization: Basic eDp5',
        'Empty:',
        'Latin: \xe9',
        '__proto__: x',
        '',
      ].join('\r\n'),
    );
    expect(
      Object.keys(params)
        .filter((name) => name.startsWith('HTTP_'))
        .sort(),
    ).toEqual(['HTTP_AUTHORIZATION', 'HTTP_EMPTY', 'HTTP_HOST', 'HTTP_LATIN']);
    expect(params).toMatchObject({ HTTP_LATIN: '\xe9', HTTP_EMPTY: '' });
  });

  test('that are repeated are joined, cookies with a semicolon; of single ones the first counts', async () => {
    const params = await paramsOf(
      '/',
      'X-A: 1\r\nCookie: a=1\r\nx-a: 2\r\nCOOKIE: b=2\r\nReferer: r\r\nReferer: s\r\nAuthorization: t\r\nauthorization: u\r\n',
    );
    expect(params).toMatchObject({
      HTTP_AUTHORIZATION: 't',
      HTTP_COOKIE: 'a=1; b=2',
      HTTP_REFERER: 'r',
      HTTP_X_A: '1, 2',
    });
  });

  test('about the length of a chunked body are left out', async () => {
    const req = await received('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    const params = paramsFromRequest(req);
    expect(params.has('HTTP_TRANSFER_ENCODING')).toBe(false);
    expect(params.has('CONTENT_LENGTH')).toBe(false);
  });
});

describe('mount', () => {
  test.each([
    ['/app', '/app', '/app', ''],
    ['/app', '/app/', '/app', '/'],
    ['/app/', '/app/x%20y', '/app', '/x y'],
    ['/app', '/%61pp/x', '/app', '/x'],
    ['/app', '/app//x', '/app', '//x'],
    ['/a b/c', '/a%20b/c/d', '/a b/c', '/d'],
    ['/é', '/%C3%A9/x', '/\xc3\xa9', '/x'],
    ['', '/x', '', '/x'],
    ['/', '/x', '', '/x'],
  ])('%j splits %s into %j and %j', async (mount, target, scriptName, pathInfo) => {
    expect(await paramsOf(target, '', { mount })).toMatchObject({
      PATH_INFO: pathInfo,
      REQUEST_URI: target,
      SCRIPT_NAME: scriptName,
    });
  });

  test.each(['/', '/apple', '/app%2Fx', '/App', '//app', '/x/app', '/x/../app'])(
    '/app does not have %s below it',
    async (target) => {
      const req = await received(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(() => paramsFromRequest(req, { mount: '/app' })).toThrow(
        expect.objectContaining({ code: 'FCGI_PATH_OUTSIDE_MOUNT' }),
      );
    },
  );

  test.each(['app', '//', '/a//b', '/a/../b', '/.', '/a%20b', '/a?b', '/a#b'])(
    '%j makes no sense',
    async (mount) => {
      const req = await received('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(() => paramsFromRequest(req, { mount })).toThrow(TypeError);
    },
  );
});

describe('options', () => {
  test('name files below the document root only', async () => {
    const options = { documentRoot: '/srv/ä', mount: '/app.php' };
    expect(await paramsOf('/app.php/x', '', options)).toMatchObject({
      DOCUMENT_ROOT: '/srv/\xc3\xa4',
      PATH_TRANSLATED: '/srv/\xc3\xa4/x',
      SCRIPT_FILENAME: '/srv/\xc3\xa4/app.php',
    });
    for (const path of ['/../x', '/x/%2e%2e/y', '/..%5cx', '/x%2F..%2Fy', '']) {
      expect(await paramsOf(`/app.php${path}`, '', options)).not.toHaveProperty('PATH_TRANSLATED');
    }
    expect(await paramsOf('/', '', { scriptFilename: '/srv/index.php' })).toMatchObject({
      SCRIPT_FILENAME: '/srv/index.php',
    });
  });

  test('say what the socket cannot know, and params win over everything', async () => {
    const params = await paramsOf('/', '', {
      https: true,
      params: { REQUEST_METHOD: 'PURGE', X: 'y', HTTP_HOST: 'z' },
      remoteAddress: '192.0.2.1',
      remotePort: 5,
      serverName: 'public.example',
      serverPort: 443,
      serverSoftware: 'test/1',
    });
    expect(params).toMatchObject({
      HTTPS: 'on',
      HTTP_HOST: 'z',
      REMOTE_ADDR: '192.0.2.1',
      REMOTE_PORT: '5',
      REQUEST_METHOD: 'PURGE',
      REQUEST_SCHEME: 'https',
      SERVER_NAME: 'public.example',
      SERVER_PORT: '443',
      SERVER_SOFTWARE: 'test/1',
      X: 'y',
    });
    expect(await paramsOf('/', '', { params: [['A', 'b']] })).toMatchObject({ A: 'b' });
  });
});

test('a request over TLS is told by its socket', async () => {
  const req = await received('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  Object.assign(req.socket, { encrypted: true });
  expect(Object.fromEntries(paramsFromRequest(req))).toMatchObject({ HTTPS: 'on', REQUEST_SCHEME: 'https' });
});

describe('a request of fetch', () => {
  test('has the same params, as far as it knows them', () => {
    const request = new Request('https://example.org/a%2Fb?c#d', {
      method: 'POST',
      body: 'hi',
      headers: { 'content-length': '2', 'x-y': 'z', proxy: 'evil', cookie: 'a=1' },
    });
    expect(Object.fromEntries(paramsFromRequest(request, { remoteAddress: '192.0.2.7' }))).toEqual({
      CONTENT_LENGTH: '2',
      CONTENT_TYPE: 'text/plain;charset=UTF-8',
      GATEWAY_INTERFACE: 'CGI/1.1',
      HTTPS: 'on',
      HTTP_COOKIE: 'a=1',
      HTTP_HOST: 'example.org',
      HTTP_X_Y: 'z',
      PATH_INFO: '/a/b',
      QUERY_STRING: 'c',
      REDIRECT_STATUS: '200',
      REMOTE_ADDR: '192.0.2.7',
      REQUEST_METHOD: 'POST',
      REQUEST_SCHEME: 'https',
      REQUEST_URI: '/a%2Fb?c',
      SCRIPT_NAME: '',
      SERVER_NAME: 'example.org',
      SERVER_PORT: '443',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_SOFTWARE: 'fcgi-js',
    });
  });

  test('has the port of its URL, 80 or 443', () => {
    expect(paramsFromRequest(new Request('http://h:8080/')).get('SERVER_PORT')).toBe('8080');
    expect(paramsFromRequest(new Request('http://h/')).get('SERVER_PORT')).toBe('80');
    expect(paramsFromRequest(new Request('http://h:8080/')).get('HTTP_HOST')).toBe('h:8080');
  });
});

test('a header field sent by an HTTP client of Node arrives', async () => {
  const params = await new Promise<Map<string, string>>((resolve) => {
    const server = createServer((req, res) => {
      res.end();
      resolve(paramsFromRequest(req));
    }).listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return;
      request({ port: address.port, host: '127.0.0.1', headers: { 'X-One': ['a', 'b'] } }).end();
    });
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
  });
  expect(params.get('HTTP_X_ONE')).toBe('a, b');
});
