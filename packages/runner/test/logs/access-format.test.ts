import { type FcgiRequest, Params, type RequestOutcome } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { accessFormat } from '../../src/logs/access-format.ts';

/** What no log may be given as it is. */
const hostile: Record<string, string> = {
  'a line end': 'a\nGET /forged HTTP/1.1" 200',
  'a carriage return': 'a\rb',
  'a quote': 'a" 200 17 "b',
  'a backslash': 'a\\" b',
  'an ANSI escape': '\u001b[2J\u001b]0;title\u0007',
  'an 8-bit escape': '\u009b31m',
  'a delete': '\u007f',
  'a zero byte': '\0',
  'bytes of UTF-8': Buffer.from('é').toString('latin1'),
};

const plain = {
  REMOTE_ADDR: '192.0.2.7',
  REMOTE_USER: 'mia',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/shop/a%20b?page=2&token=x',
  QUERY_STRING: 'page=2&token=x',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SERVER_NAME: 'shop.example',
  SERVER_ADDR: '192.0.2.1',
  SERVER_PORT: '8443',
  SCRIPT_FILENAME: '/srv/shop/index',
  HTTP_HOST: 'shop.example',
  HTTP_REFERER: 'https://example.org/',
  HTTP_USER_AGENT: 'Agent/1.0',
  HTTP_X_REQUEST_ID: 'r-1',
  CONTENT_TYPE: 'text/plain',
};

const head =
  'Content-Type: text/html\r\nX-Cache:  hit \r\nSet-Cookie: session=secret1\r\nStatus: 200 OK\r\n\r\n';
const response = { bodyBytes: 512, duration: 1234.5678, head, status: 200 };

interface EntryOptions {
  readonly keepConn?: boolean;
  readonly name?: string;
  readonly outcome?: RequestOutcome;
  readonly params?: Readonly<Record<string, string>>;
  readonly response?: Partial<typeof response> | { status: undefined };
  readonly worker?: number;
}

function entry(options: EntryOptions = {}) {
  const { keepConn = true, name, outcome = 'complete', params = {}, worker } = options;
  return {
    name,
    outcome,
    request: { keepConn, params: Params.from(Object.entries({ ...plain, ...params })) } as FcgiRequest,
    response: { ...response, ...options.response } as typeof response,
    time: Date.UTC(2026, 10, 21, 13, 5, 36, 42),
    worker,
  };
}

const line = (format: string, options?: EntryOptions) => accessFormat(format).line(entry(options));

test('the combined format is that of Apache and nginx', () => {
  expect(line('combined')).toMatch(
    /^192\.0\.2\.7 - mia \[2[12]\/Nov\/2026:\d\d:\d\d:36 [+-]\d{4}\] "GET \/shop\/a%20b\?page=2&token=x HTTP\/1\.1" 200 512 "https:\/\/example\.org\/" "Agent\/1\.0"$/,
  );
});

test('what is not there is a dash', () => {
  const params = { REMOTE_ADDR: '', REMOTE_USER: '', HTTP_REFERER: '', HTTP_USER_AGENT: '' };
  expect(
    line('%h %u "%{Referer}i" %{Nothing}e %{Nothing}o %b %w', { params, response: { bodyBytes: 0 } }),
  ).toBe('- - "-" - - - -');
});

test.each([
  ['%a %R %A %p %v %H %m', '192.0.2.7 192.0.2.7 192.0.2.1 8443 shop.example HTTP/1.1 GET'],
  ['%U%q %f', '/shop/a%20b?page=2&token=x /srv/shop/index'],
  ['%s %>s %B %b %O', `200 200 512 512 ${512 + head.length}`],
  ['%D %T %d', '1234567 1 1.235'],
  ['%{s}T %{ms}T %{us}T', '1 1234 1234567'],
  ['%{seconds}d %{milliseconds}d %{microseconds}d', '1.235 1234 1234567'],
  ['%{User-Agent}i %{content-type}i %{SERVER_NAME}e %{x-cache}o', 'Agent/1.0 text/plain shop.example hit'],
  ['%w %P', `3 ${process.pid}`],
  ['100%% %X', '100% +'],
  ['%{sec}t %{msec}t %{usec}t', '1795266336 1795266336042 1795266336042000'],
  ['%{%s|%%|%M}t', '1795266336|%|05'],
  ['no code at all', 'no code at all'],
])('%s', (format, expected) => {
  expect(line(format, { worker: 3 })).toBe(expected);
});

test.each<[EntryOptions, string]>([
  [{ keepConn: false }, '200 -'],
  [{ outcome: 'aborted' }, '200 X'],
  [{ outcome: 'aborted', response: { status: undefined } }, '499 X'],
  [{ outcome: 'broken-off' }, '200 X'],
])('a request that is cut off is told from one that is not', (options, expected) => {
  expect(line('%s %X', options)).toBe(expected);
});

test.each(['%', '%Z', '%é', 'a %{x}Z', '%{unknown}T', '%{User-Agent}', '%{%Q}t', '%{a'])(
  '"%s" has a code that is unknown, and it is named',
  (format) => {
    expect(() => accessFormat(format)).toThrow(/^The code "%.*" is unknown/);
  },
);

test.each(Object.entries(hostile))('%s in a value stays in its field', (_what, value) => {
  const fields = '"%u" "%{User-Agent}i" "%r" "%{X}e" "%q" "%U" "%{X-Evil}o"';
  const params = {
    REMOTE_USER: value,
    HTTP_USER_AGENT: value,
    REQUEST_URI: value,
    QUERY_STRING: value,
    X: value,
  };
  const evil = `X-Evil: ${value.replace(/[\r\n]/g, '')}\r\n\r\n`;
  const written = line(fields, { params, response: { head: evil } });
  expect(written).toMatch(/^[ -~]*$/);
  expect(written.match(/"(?:[^"\\]|\\["\\]|\\x[0-9a-f]{2})*"/g)).toHaveLength(7);
  expect(written.replace(/"(?:[^"\\]|\\.)*"/g, 'F')).toBe('F F F F F F F');
});

test.each(Object.entries(hostile))('%s in a value stays in its place in JSON', (_what, value) => {
  const params = { REMOTE_USER: value, HTTP_USER_AGENT: value, REQUEST_URI: value };
  const written = line('json', { params });
  expect(written).not.toMatch(/[\p{C}\u2028\u2029]/u);
  const text = Buffer.from(value, 'latin1').toString();
  expect(JSON.parse(written)).toMatchObject({ remoteUser: text, url: text, userAgent: text });
});

test('text that turns other text around does not do so in JSON', () => {
  const params = { HTTP_USER_AGENT: Buffer.from('a\u202egpj.\u2066\u{e0041}').toString('latin1') };
  const written = line('json', { params });
  expect(written).toContain('a\\u202egpj.\\u2066\\udb40\\udc41');
  expect(JSON.parse(written)).toMatchObject({ userAgent: 'a\u202egpj.\u2066\u{e0041}' });
});

test('JSON has everything by name, and leaves out what is not known', () => {
  expect(JSON.parse(line('json', { worker: 3, params: { REMOTE_USER: '' } }))).toEqual({
    time: '2026-11-21T13:05:36.042Z',
    remoteAddress: '192.0.2.7',
    method: 'GET',
    url: '/shop/a%20b?page=2&token=x',
    protocol: 'HTTP/1.1',
    host: 'shop.example',
    status: 200,
    bytes: 512,
    duration: 1234.568,
    outcome: 'complete',
    referrer: 'https://example.org/',
    userAgent: 'Agent/1.0',
    requestId: 'r-1',
    worker: 3,
    pid: process.pid,
  });
});

const secrets = {
  HTTP_AUTHORIZATION: 'Bearer secret1',
  HTTP_PROXY_AUTHORIZATION: 'Basic secret1',
  HTTP_COOKIE: 'session=secret1',
  REDIRECT_HTTP_AUTHORIZATION: 'Bearer secret1',
  AUTHORIZATION: 'Bearer secret1',
  HTTP_X_API_KEY: 'secret1',
};

test.each([
  '%{Authorization}i',
  '%{authorization}i',
  '%{Proxy-Authorization}i',
  '%{Cookie}i',
  '%{X-Api-Key}i',
  '%{HTTP_COOKIE}e',
  '%{HTTP_AUTHORIZATION}e',
  '%{REDIRECT_HTTP_AUTHORIZATION}e',
  '%{AUTHORIZATION}e',
  '%{Set-Cookie}o',
])('the value of %s is never written', (code) => {
  const format = accessFormat(`a ${code} b`);
  expect(format.hidden).toEqual([code]);
  const written = format.line(entry({ params: secrets }));
  expect(written).toMatch(/^a \(\d+ characters, hidden\) b$/);
  for (const known of ['combined', 'json']) {
    expect(accessFormat(known).line(entry({ params: secrets }))).not.toContain('secret1');
  }
});

test('a request of a web server that sends no REQUEST_URI has the parts that it sends', () => {
  const params = { REQUEST_URI: '', SCRIPT_NAME: '/app', PATH_INFO: '/x', QUERY_STRING: 'y=1' };
  expect(line('%r', { params })).toBe('GET /app/x?y=1 HTTP/1.1');
});
