import { expect, test } from 'vitest';
import { startDevelopment } from './support.ts';

const THROWS =
  'export default (req, res) => { throw new Error("in-the-stack " + req.headers.cookie + req.url); };';
const SHOWS = `export default (req, res) => {
  res.end(JSON.stringify([req.url, req.headers.cookie ?? null]));
};`;
const HTML = { Accept: 'text/html,*/*' };
const OWN = ['/__fcgi', '/__fcgi/state', '/__fcgi/list', '/__fcgi?x=1'];

test.each([
  ['without the cookie', 'other=1'],
  ['with another value of it', 'fcgi_dev_PORT=AAAAAAAAAAAAAAAAAAAAAA'],
  ['with an empty one', 'fcgi_dev_PORT='],
])('a visitor %s sees neither requests nor stacks, from wherever it comes', async (_how, given) => {
  const { get, url } = await startDevelopment({ 'app.mjs': THROWS });
  const { port } = new URL(url);
  const cookie = { Cookie: given.replace('PORT', port) };
  // A web server with nothing but proxy_pass asks as a browser of this machine does.
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    for (const path of OWN) {
      const { body, status } = await get(path, { headers: { ...cookie, Host: host } });
      expect([path, status]).toEqual([path, 403]);
      expect(body).not.toMatch(/in-the-stack|isSettled|<li/);
    }
    for (const headers of [{}, HTML]) {
      const { body, status } = await get('/a', { headers: { ...cookie, Host: host, ...headers } });
      expect(status).toBe(500);
      expect(body).toBe(
        'Internal Server Error\n\nTo see why, open the URL with the key that fcgi dev has printed.\n',
      );
    }
  }
  const { searchParams } = new URL((await startDevelopment({ 'app.mjs': THROWS })).printedUrl);
  expect((await get(`/__fcgi?key=${searchParams.get('key')}`, { headers: cookie })).status).toBe(403);
});

test('an application that cannot be loaded is explained to the developer alone', async () => {
  const { get } = await startDevelopment({ 'app.mjs': 'const b = ;' });
  const { body, status } = await get('/', { headers: { Cookie: '' } });
  expect([status, body]).toEqual([500, expect.not.stringContaining('SyntaxError')]);
  expect((await get('/')).body).toContain('SyntaxError');
});

test('what the gateway itself answers is explained to the developer alone', async () => {
  const { get } = await startDevelopment({ 'app.mjs': SHOWS }, ['--mount', '/shop', 'app.mjs']);
  expect((await get('/elsewhere', { headers: { Cookie: '' } })).body).toBe('404 Not Found\n');
  expect((await get('/elsewhere')).body).toMatch(/^404 Not Found\n\n.*not below \/shop/);
});

test('the URL that is printed gives a browser the cookie, and its key to nobody else', async () => {
  const { get, printedUrl, requestsUrl, url } = await startDevelopment({ 'app.mjs': SHOWS });
  const { searchParams } = new URL(printedUrl);
  const key = searchParams.get('key') ?? '';
  expect(key).toMatch(/^[\w-]{22}$/);
  const stranger = { Cookie: 'a=1' };
  const opened = await get(`/shop?x=1&key=${key}&y=2`, { headers: { ...stranger, ...HTML } });
  expect(opened).toMatchObject({ status: 303, headers: { location: '/shop?x=1&y=2' } });
  const [setCookie = ''] = opened.headers['set-cookie'] ?? [];
  expect(setCookie).toMatch(/^fcgi_dev_\d+=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/);
  const cookie = setCookie.split(';')[0] ?? '';
  const { body, headers, status } = await get(requestsUrl.slice(url.length), { headers: stranger });
  expect([status, body, headers['set-cookie']]).toEqual([200, expect.stringContaining('<h1>'), [setCookie]]);
  expect((await get('/__fcgi/state', { headers: { Cookie: `a=1; ${cookie}; b=2` } })).status).toBe(200);
  // The application sees neither.
  expect((await get('/', { headers: { Cookie: `a=1; ${cookie}; b=2` } })).body).toBe('["/","a=1; b=2"]');
  expect((await get('/', { headers: { Cookie: cookie } })).body).toBe('["/",null]');
  expect((await get(`/?key=${key}`, { headers: stranger })).body).toBe('["/","a=1"]');
  expect((await get('/?key=mine&a', { headers: stranger })).body).toBe('["/?key=mine&a","a=1"]');
  expect((await get('/__fcgi/list')).body).not.toContain(key);
});

test('a redirect that opens a browser never leads to another host', async () => {
  const { get, printedUrl } = await startDevelopment({ 'app.mjs': SHOWS });
  const key = new URL(printedUrl).searchParams.get('key');
  for (const path of ['//evil.example/', '/\\evil.example']) {
    expect(await get(`${path}?key=${key}`, { headers: HTML })).toMatchObject({ status: 200 });
  }
});

test('a host name that is not of this machine gets nothing, unless it is allowed', async () => {
  const { cookie, get, url } = await startDevelopment({ 'app.mjs': SHOWS }, [
    '--allow-host',
    'Shop.Example',
    'app.mjs',
  ]);
  const { port } = new URL(url);
  const refused = [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
  ];
  for (const host of [...refused, '192.0.2.1', '0.0.0.0', '[::2]', 'evil\u009b31m'].flatMap((name) => [
    name,
    `${name}:${port}`,
  ])) {
    for (const path of ['/', '/__fcgi', '/__fcgi/state']) {
      const { body, status } = await get(path, { headers: { Cookie: cookie, Host: host } });
      expect([host, status]).toEqual([host, 421]);
      expect(body).toMatch(/DNS rebinding[\s\S]*--allow-host/);
      expect(body).not.toContain('\u009b');
    }
  }
  for (const host of ['localhost', 'LOCALHOST.', 'app.localhost', '127.1.2.3', '[::1]', 'shop.example']) {
    for (const name of [host, `${host}:${port}`]) {
      expect(await get('/', { headers: { Host: name } })).toMatchObject({ body: '["/",null]', status: 200 });
    }
  }
});

test('secrets of recent requests and on the terminal are hidden, and shown with --show-secrets', async () => {
  for (const flag of [[], ['--show-secrets']]) {
    const { get, running } = await startDevelopment({ 'app.mjs': SHOWS }, [...flag, 'app.mjs']);
    await get('/reset?token=of-the-query', { headers: { 'X-Auth-Key': 'of-the-field' } });
    const { body } = await get('/__fcgi/list');
    const shown = body + running.stdout + running.stderr;
    for (const secret of ['of-the-query', 'of-the-field']) {
      expect(shown.includes(secret)).toBe(flag.length > 0);
    }
  }
});
