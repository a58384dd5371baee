import {
  allow,
  type FcgiRequestHandler,
  type FcgiServerOptions,
  fromAuthorizer,
  fromFetchHandler,
  fromNodeListener,
} from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import type { Answer } from '../support/received.ts';
import { GET, type ParamList, request } from '../support/wire.ts';

const node = fromNodeListener((req, res) => {
  const { baseUrl, originalUrl, url } = req as typeof req & { baseUrl: string; originalUrl: string };
  res.end(JSON.stringify({ baseUrl, originalUrl, url }));
});
const fetch = fromFetchHandler(({ url }, { baseUrl }) => Response.json({ baseUrl, url }));
const raw: FcgiRequestHandler = ({ params, stdout }) => {
  stdout.end(`Status: 200\r\n\r\n${JSON.stringify([...params.received()])}`);
};

/** What a server answers to one request. */
async function answerTo(
  options: FcgiServerOptions,
  params: ParamList,
  role = 1,
): Promise<{ answer: Answer; codes: string[]; errors: unknown[] }> {
  const { codes, connect, errors } = await start(options);
  const peer = await connect();
  const all = Array.isArray(params) ? [...Object.entries(GET), ...params] : { ...GET, ...params };
  peer.send(request(1, { keepConn: true, params: all, role }));
  const answer = await peer.answer(1);
  return { answer, codes: codes(), errors: errors.map(({ error }) => error) };
}

const bodyOf = async (options: FcgiServerOptions, params: ParamList): Promise<unknown> => {
  return JSON.parse((await answerTo(options, params)).answer.body);
};

const below = { SCRIPT_NAME: '/app', PATH_INFO: '/a/b', REQUEST_URI: '/app/a%2Fb?c' };
const unknown = { SCRIPT_NAME: '', PATH_INFO: '/app/a', REQUEST_URI: '/app/a' };

describe('below a prefix', () => {
  test('a Node listener sees it in baseUrl, and the rest in url', async () => {
    const urls = { baseUrl: '/app', originalUrl: '/app/a%2Fb?c', url: '/a%2Fb?c' };
    expect(await bodyOf({ responder: node }, below)).toEqual(urls);
    expect(await bodyOf({ responder: node, mount: '/app/' }, below)).toEqual(urls);
  });

  test('a fetch handler sees the whole URL, and the prefix in its context', async () => {
    const params = { ...below, HTTP_HOST: 'app.example' };
    expect(await bodyOf({ responder: fetch }, params)).toEqual({
      baseUrl: '/app',
      url: 'http://app.example/app/a%2Fb?c',
    });
  });

  test('that the params do not tell, the application sees what the option says', async () => {
    expect(await bodyOf({ responder: node }, unknown)).toEqual({ baseUrl: '', url: '/app/a' });
    expect(await bodyOf({ responder: node, mount: '/app' }, unknown)).toMatchObject({
      baseUrl: '/app',
      url: '/a',
    });
  });
});

describe('at the root', () => {
  test('a Node listener has an empty baseUrl, and no originalUrl: middleware that changes url sees the effect', async () => {
    const rewriting = fromNodeListener((req, res) => {
      const given = req as typeof req & { baseUrl: string; originalUrl?: string };
      const seen = ['originalUrl' in given, given.baseUrl];
      given.url = '/rewritten';
      // As Express and connect do.
      given.originalUrl = given.originalUrl || given.url;
      res.end(JSON.stringify([...seen, given.originalUrl]));
    });
    const root = { SCRIPT_NAME: '', PATH_INFO: '/a', REQUEST_URI: '/a' };
    expect(await bodyOf({ responder: rewriting }, root)).toEqual([false, '', '/rewritten']);
    expect(await bodyOf({ responder: rewriting }, below)).toEqual([true, '/app', '/app/a%2Fb?c']);
  });
});

describe('what lies outside the prefix', () => {
  test.each([
    ['a Node listener', node],
    ['a fetch handler', fetch],
    ['a handler of requests', raw],
  ])('is a 404 that %s does not see', async (_, responder) => {
    const params = { SCRIPT_NAME: '', PATH_INFO: '/application', REQUEST_URI: '/application' };
    const { answer, codes } = await answerTo({ responder, mount: '/app' }, params);
    expect(answer).toMatchObject({ status: '404 Not Found', body: '404 Not Found\n' });
    expect(answer.stderr).toMatch(/^fcgi-js: the path lies outside the prefix .*\n$/);
    expect(codes).toEqual([]);
  });

  test('is a 404 also where the web server has cut a name in two', async () => {
    const params = { SCRIPT_NAME: '/app', PATH_INFO: 'lication', REQUEST_URI: '/application' };
    expect((await answerTo({ responder: node }, params)).answer.status).toBe('404 Not Found');
  });

  test('is decided about by an authorizer nonetheless', async () => {
    const authorizer = fromAuthorizer(() => allow());
    const { answer } = await answerTo({ authorizer, mount: '/app' }, { REQUEST_URI: '/page.txt' }, 2);
    expect(answer.status).toMatch(/^200/);
  });
});

describe('the option params', () => {
  test('changes what every handler sees, before anything else', async () => {
    const params: FcgiServerOptions['params'] = (given) =>
      new Map(given).set('SCRIPT_NAME', '/app').set('PATH_INFO', '/a');
    expect(await bodyOf({ responder: node, params }, unknown)).toMatchObject({ baseUrl: '/app', url: '/a' });
    expect(await bodyOf({ responder: raw, params }, unknown)).toEqual([
      ...Object.entries({ ...GET, REQUEST_URI: '/app/a' }),
      ['SCRIPT_NAME', '/app'],
      ['PATH_INFO', '/a'],
    ]);
  });

  test('may take away, and leaves repeated names alone that it does not touch', async () => {
    const params: FcgiServerOptions['params'] = (given) => {
      const kept = new Map(given);
      kept.delete('REMOTE_USER');
      return kept.set('HTTP_B', '3');
    };
    const sent = [
      ['HTTP_A', '1'],
      ['HTTP_A', '2'],
      ['HTTP_B', '1'],
      ['HTTP_B', '2'],
      ['REMOTE_USER', 'root'],
    ] as const;
    expect(await bodyOf({ responder: raw, params }, sent)).toEqual([
      ...Object.entries(GET),
      ['HTTP_A', '1'],
      ['HTTP_A', '2'],
      ['HTTP_B', '3'],
    ]);
  });

  test('that returns what it was given changes nothing', async () => {
    const sent = Object.entries({ ...GET, ...below });
    expect(await bodyOf({ responder: raw, params: (given) => given }, below)).toEqual(sent);
    expect(await bodyOf({ responder: raw, params: (given) => new Map(given) }, below)).toEqual(sent);
  });

  test.each<[string, () => unknown]>([
    ['returns nothing', () => undefined],
    ['returns an object', () => ({ SCRIPT_NAME: '' })],
    ['returns a promise', async () => new Map()],
    ['returns numbers', () => new Map([['SERVER_PORT', 80]])],
  ])('that %s is an error, and the request a 500', async (_, transform) => {
    const { answer, errors } = await answerTo(
      { responder: node, params: transform as NonNullable<FcgiServerOptions['params']> },
      {},
    );
    expect(answer.status).toBe('500 Internal Server Error');
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  test('that throws is reported, and the request a 500', async () => {
    const error = new Error('no such user');
    const params = () => {
      throw error;
    };
    const { answer, errors } = await answerTo({ responder: node, params }, {});
    expect(answer).toMatchObject({
      status: '500 Internal Server Error',
      body: '500 Internal Server Error\n',
    });
    expect(errors).toEqual([error]);
  });
});
