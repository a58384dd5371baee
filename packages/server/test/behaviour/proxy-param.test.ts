import { channel } from 'node:diagnostics_channel';
import {
  allow,
  type FcgiServerOptions,
  fromAuthorizer,
  fromFetchHandler,
  fromNodeListener,
  type Params,
  requestParams,
} from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../support/harness.ts';
import { GET, request } from '../support/wire.ts';

const PROXIES = ['HTTP_PROXY', 'HTTP_proxy', 'HTTP_PROXY:', 'HTTP_PROXY: ', 'HTTP_Proxy'];
const OTHERS = ['HTTP_PROXY_AUTHORIZATION', 'HTTP_PROXYX', 'HTTP_X_PROXY', 'HTTP_PRAGMA'];

/** The names among the params that a handler sees, of those that are about proxies. */
async function seen(make: (see: (params: Params) => void) => FcgiServerOptions, role = 1): Promise<string[]> {
  let names: string[] | undefined;
  const options = make((params) => {
    names = [...params.received()].map(([name]) => name).filter((name) => !(name in GET));
  });
  const peer = await (await start(options)).connect();
  const sent = [...PROXIES, ...OTHERS].map((name) => [name, 'http://evil.example'] as const);
  peer.send(request(1, { keepConn: true, params: [...Object.entries(GET), ...sent], role }));
  await peer.answer(1);
  expect(names).toBeDefined();
  return names!;
}

const node = (see: (params: Params) => void) => ({
  responder: fromNodeListener((req, res) => {
    see(requestParams(req));
    res.end();
  }),
});

describe('HTTP_PROXY, which a browser sends as the header field Proxy', () => {
  test('is not among the params of a Node listener', async () => {
    expect(await seen(node)).toEqual(OTHERS);
  });

  test('is not among the params of a fetch handler', async () => {
    const fetch = (see: (params: Params) => void) => ({
      responder: fromFetchHandler((_, { params, request: given }) => {
        expect(given.params).toBe(params);
        see(params);
        return new Response();
      }),
    });
    expect(await seen(fetch)).toEqual(OTHERS);
  });

  test('is not among the params of handlers of requests, authorizers and filters', async () => {
    const raw = (see: (params: Params) => void) => ({
      responder: ({ params, stdout }: Parameters<NonNullable<FcgiServerOptions['responder']>>[0]) => {
        see(params);
        stdout.end('Status: 200\r\n\r\n');
      },
    });
    expect(await seen(raw)).toEqual(OTHERS);
    expect(await seen((see) => ({ filter: raw(see).responder }), 3)).toEqual(OTHERS);
    const authorizer = (see: (params: Params) => void) => ({
      authorizer: fromAuthorizer(({ params }) => {
        see(params);
        return allow();
      }),
    });
    expect(await seen(authorizer, 2)).toEqual(OTHERS);
  });

  test('is not among the params of a request that is refused either', async () => {
    const start = channel('fcgi:request:start');
    const options = (see: (params: Params) => void): FcgiServerOptions => {
      const listener = (message: unknown) => see((message as { request: { params: Params } }).request.params);
      start.subscribe(listener);
      onTestFinished(() => void start.unsubscribe(listener));
      return { mount: '/elsewhere', responder: fromNodeListener(() => {}) };
    };
    expect(await seen(options)).toEqual(OTHERS);
  });

  test('is gone before the option params, which may set one of its own', async () => {
    const own = (see: (params: Params) => void): FcgiServerOptions => ({
      ...node(see),
      params: (given) => {
        expect(given.has('HTTP_PROXY')).toBe(false);
        return new Map(given).set('HTTP_PROXY', 'http://own.example');
      },
    });
    expect(await seen(own)).toEqual([...OTHERS, 'HTTP_PROXY']);
  });

  test('stays where the option keepProxyParam says so, but is no header field', async () => {
    expect(await seen((see) => ({ ...node(see), keepProxyParam: true }))).toEqual([...PROXIES, ...OTHERS]);
  });
});
