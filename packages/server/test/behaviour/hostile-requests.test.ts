import { type FcgiServerOptions, fromFetchHandler, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import type { Answer } from '../support/received.ts';
import { GET, type ParamList, request } from '../support/wire.ts';

const node = fromNodeListener((req, res) => {
  const { originalUrl = req.url } = req as typeof req & { originalUrl?: string };
  res.end(JSON.stringify({ path: originalUrl, headers: Object.entries(req.headers) }));
});
const fetch = fromFetchHandler((given) => {
  return Response.json({ path: given.url.replace('http://app.example', ''), headers: [...given.headers] });
});

async function answerTo(
  options: FcgiServerOptions,
  params: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { connect } = await start(options);
  const peer = await connect();
  const all: ParamList = { ...GET, HTTP_HOST: 'app.example', ...params };
  peer.send(request(1, { keepConn: true, params: all }));
  return peer.answer(1);
}

const pathOf = (answer: Answer): unknown => JSON.parse(Buffer.from(answer.body, 'latin1').toString()).path;

describe('a path that a URL would read in another way', () => {
  test.each([
    ['/..\\admin/x', '/..\\admin/x', '/..%5Cadmin/x'],
    ['/x\\..\\admin', '/x\\..\\admin', '/x%5C..%5Cadmin'],
    ['/a#b', '/a#b', '/a%23b'],
    ['/caf\xe9', '/caf\xe9', '/caf%E9'],
    ['//other.example/x', '//other.example/x', '//other.example/x'],
    ['/http://other.example', '/http://other.example', '/http://other.example'],
    ['http://other.example/x\\y', '/x\\y', '/x%5Cy'],
    ['app.example:443', '/app.example:443', '/app.example:443'],
    ['*', '*', '/*'],
    ['/a%5Cb%2e%2Fc', '/a%5Cb%2e%2Fc', '/a%5Cb%2e%2Fc'],
  ])('%j is the same path for Node listeners and fetch handlers', async (uri, seenByNode, seenByFetch) => {
    const params = { REQUEST_URI: uri };
    expect(pathOf(await answerTo({ responder: node }, params))).toBe(seenByNode);
    expect(pathOf(await answerTo({ responder: fetch }, params))).toBe(seenByFetch);
  });

  test.each(['/x/../admin', '/x/%2e%2e/admin', '/x/.%2E/admin', '/admin/.', '/./admin'])(
    'is a 400 for fetch handlers where the web server has left its dot segments: %j',
    async (uri) => {
      const params = { REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: decodeURIComponent(uri) };
      const answer = await answerTo({ responder: fetch }, params);
      expect(answer.status).toBe('400 Bad Request');
      expect(answer.stderr).toContain('dot segments');
      expect(pathOf(await answerTo({ responder: node }, params))).toBe(uri);
    },
  );

  test.each(['/app/../admin', '/app/%2e%2e/admin', '/app/\\..\\..\\admin'])(
    'is a 404 for all where it leaves the prefix: %j',
    async (uri) => {
      const path = decodeURIComponent(uri);
      const proven = { REQUEST_URI: uri, SCRIPT_NAME: '/app', PATH_INFO: path.slice('/app'.length) };
      const untold = { REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: path };
      for (const responder of [node, fetch]) {
        expect((await answerTo({ responder }, proven)).status).toBe('404 Not Found');
        expect((await answerTo({ responder, mount: '/app' }, proven)).status).toBe('404 Not Found');
        expect((await answerTo({ responder, mount: '/app' }, untold)).status).toBe('404 Not Found');
      }
    },
  );
});

describe('a Host that would end up elsewhere in a URL', () => {
  test.each([
    'a/b',
    'a?x',
    'a#',
    'user@host',
    'user:pass@host',
    'a\\b',
    'a b',
    ' a',
    'a\tb',
    'a%2fb',
    '[::1',
    'a:b',
  ])('is a 400 for fetch handlers: %j', async (host) => {
    expect((await answerTo({ responder: fetch }, { HTTP_HOST: host })).status).toBe('400 Bad Request');
  });
});

describe('header fields that the parser of Node would refuse', () => {
  test('reach neither Node listeners nor fetch handlers', async () => {
    const params = {
      HTTP_X_A: 'a\r\nX-Evil: b',
      HTTP_X_B: 'a\0b',
      'HTTP_X C': 'c',
      'HTTP_X:\r\nY': 'd',
      'HTTP_\xe9': 'e',
      HTTP_X_GOOD: 'good',
    };
    for (const responder of [node, fetch]) {
      const answer = await answerTo({ responder }, params);
      expect(JSON.parse(answer.body).headers).toEqual([
        ['host', 'app.example'],
        ['x-good', 'good'],
      ]);
    }
  });

  test('and a method that is not a token are a 400 that neither sees', async () => {
    for (const method of ['GET /', 'GET\r\nX: y', 'G\0T', 'G\xe9T', '<>', 'G:T']) {
      for (const responder of [node, fetch]) {
        const answer = await answerTo({ responder }, { REQUEST_METHOD: method });
        expect(answer.status).toBe('400 Bad Request');
      }
    }
  });
});

test('a request without Host has none, however the web server says so', async () => {
  const hostless = fromNodeListener((req, res) => {
    res.end(JSON.stringify([req.headers.host, 'host' in req.headers, req.headersDistinct['host']]));
  });
  const seen = await answerTo({ responder: hostless }, { HTTP_HOST: '', SERVER_PROTOCOL: 'HTTP/1.0' });
  expect(JSON.parse(seen.body)).toEqual([null, false, null]);
  const url = fromFetchHandler((given) => new Response(`${given.url} ${given.headers.has('host')}`));
  const params = { HTTP_HOST: '', SERVER_NAME: '', SERVER_ADDR: '192.0.2.1', SERVER_PORT: '80' };
  expect((await answerTo({ responder: url }, params)).body).toBe('http://192.0.2.1/ false');
});
