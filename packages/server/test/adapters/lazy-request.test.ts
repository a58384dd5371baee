import type { FetchHandler } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { answerTo } from '../support/fetching.ts';
import { GET, post } from '../support/wire.ts';

/** Ways to use a request, each of which finds the same as with one that was made at once. */
const uses: Record<string, (request: Request) => unknown> = {
  'a copy': async (request) => {
    const copy = new Request(request);
    return [copy.method, copy.url, copy.headers.get('X-A'), await copy.text(), request.bodyUsed];
  },
  'a copy of another address': async (request) => {
    const copy = new Request('http://other.example/', request);
    return [copy.method, copy.url, copy.headers.get('X-A'), await copy.text()];
  },
  'a clone': async (request) => {
    const clone = request.clone();
    return [clone instanceof Request, await clone.text(), await request.text(), clone.signal.aborted];
  },
  'its fields': ({ cache, credentials, destination, headers, integrity, mode, redirect, referrer }) => [
    [cache, credentials, destination, integrity, mode, redirect, referrer],
    [...headers],
  ],
  'its method and address': ({ bodyUsed, method, url }) => [method, url, bodyUsed],
  'its signal': ({ signal }) => [signal instanceof AbortSignal, signal.aborted],
  'its body': async (request) => [request.body !== null, await request.text(), request.bodyUsed],
  'its body after a while': async (request) => {
    await new Promise((resolve) => setImmediate(resolve));
    return Buffer.from(await request.arrayBuffer()).toString();
  },
  'its class': (request) => [request instanceof Request, request.constructor === Request],
};

test.each(Object.entries(uses))(
  '%s of a request is the same as of one that was made by hand',
  async (_, use) => {
    const byHand = new Request('http://app.example/a?b', {
      method: 'POST',
      headers: { 'content-length': '4', host: 'app.example', 'x-a': 'b' },
      body: 'body',
    });
    byHand.headers.delete('content-type');
    const handler: FetchHandler = async (request) => Response.json(await use(request));
    const params = post(4, { HTTP_HOST: 'app.example', HTTP_X_A: 'b', REQUEST_URI: '/a?b' });
    const { answer, codes } = await answerTo(handler, { params, body: 'body' });
    expect(codes).toEqual([]);
    const seen: unknown = JSON.parse(answer.body);
    const expected: unknown = JSON.parse(JSON.stringify(await use(byHand)));
    if (_ === 'its class') expect((seen as unknown[])[0]).toBe(true);
    else if (_ === 'its fields') expect((seen as unknown[])[0]).toEqual((expected as unknown[])[0]);
    else expect(seen).toEqual(expected);
  },
);

/** Later versions of Node do not allow it of their own. */
const proxiesWork = (() => {
  try {
    return new Proxy(new Request('http://app.example/'), {}).method === 'GET';
  } catch {
    return false;
  }
})();

test.runIf(proxiesWork)('a request may be looked at through a Proxy', async () => {
  const handler: FetchHandler = (request) => {
    const seen = new Proxy(request, {});
    return new Response(`${seen.method} ${seen.url}`);
  };
  const { answer } = await answerTo(handler, {
    params: { ...GET, HTTP_HOST: 'app.example', REQUEST_URI: '/a' },
  });
  expect(answer.body).toBe('GET http://app.example/a');
});

test.each([
  ['app.example', '/'],
  ['app.example', '/?'],
  ['app.example', '/a/b.c/d?e=f&g=/h?i'],
  ['app.example:80', '/a'],
  ['app.example:8080', '/a/'],
  ['app.example:08080', '/a'],
  ['APP.example', '/a'],
  ['127.0.0.1:9000', '/a'],
  ['127.1', '/a'],
  ['1.2.3', '/a'],
  ['xn--a', '/a'],
  ['a.0x7f', '/a'],
  ['a.1', '/a'],
  ['[::1]:81', '/a'],
  ['app.example', '/%41/%7e'],
  ['app.example', '//a//b'],
  ['app.example', "/a'b?c'd"],
  ['app.example', '/a|b{c}'],
  ['app.example', '/...'],
  ['app.example:65536', '/a'],
])(
  'the address of a request to %s for %s is as URL writes it, or it is answered with 400',
  async (host, uri) => {
    const { answer } = await answerTo(({ url }) => new Response(url), {
      params: { ...GET, HTTP_HOST: host, REQUEST_URI: uri, SCRIPT_NAME: uri.split('?')[0]! },
    });
    const text = `http://${host}${uri}`;
    if (URL.canParse(text)) expect(answer.body).toBe(new URL(text).href);
    else expect(answer.status).toMatch(/^400/);
  },
);
