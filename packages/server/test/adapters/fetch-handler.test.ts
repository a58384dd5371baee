import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FetchContext, FetchHandler } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { answerTo, serve } from '../support/fetching.ts';
import { abort, begin, GET, params, post, request, stdin } from '../support/wire.ts';

describe('the request that a fetch handler gets', () => {
  test('is a Request with method, absolute URL and header fields', async () => {
    const list = {
      ...GET,
      REQUEST_URI: '/a%2Fb//c?d=%20e',
      HTTP_HOST: 'app.example:8080',
      HTTPS: 'on',
      HTTP_ACCEPT: 'text/html',
      HTTP_X_RAW: 'caf\xe9',
    };
    const { answer } = await answerTo(
      (given) =>
        Response.json({
          isRequest: given instanceof Request,
          method: given.method,
          url: given.url,
          accept: given.headers.get('Accept'),
          raw: given.headers.get('X-Raw'),
          hasBody: given.body !== null,
        }),
      { params: list },
    );
    expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).toEqual({
      isRequest: true,
      method: 'GET',
      url: 'https://app.example:8080/a%2Fb//c?d=%20e',
      accept: 'text/html',
      raw: 'caf\xe9',
      hasBody: false,
    });
  });

  test('has repeated fields joined, cookies with a semicolon', async () => {
    const list: Array<[string, string]> = [
      ...Object.entries(GET),
      ['HTTP_COOKIE', 'a=1'],
      ['HTTP_ACCEPT', 'text/html'],
      ['HTTP_COOKIE', 'b=2'],
      ['HTTP_ACCEPT', '*/*'],
    ];
    const { answer } = await answerTo(
      ({ headers }) => new Response(`${headers.get('Cookie')} | ${headers.get('Accept')}`),
      { params: list },
    );
    expect(answer.body).toBe('a=1; b=2 | text/html, */*');
  });

  test('loses fields that the standard does not allow, and nothing else', async () => {
    const { answer } = await answerTo(({ headers }) => new Response([...headers.keys()].join(' ')), {
      params: { ...GET, 'HTTP_BAD NAME': 'x', HTTP_BAD_VALUE: 'a\r\nb', HTTP_GOOD: 'x' },
    });
    expect(answer.body).toBe('good');
  });

  test('has a body that streams while it comes', async () => {
    const { peer } = await serve(async (given) => {
      let text = '';
      for await (const chunk of given.body!) text += `[${Buffer.from(chunk)}]`;
      return new Response(text);
    });
    peer.send(begin(1), params(1, post(-1)), stdin(1, 'one'));
    await nextTurn();
    peer.send(stdin(1, 'two'));
    await nextTurn();
    peer.send(stdin(1));
    expect((await peer.answer(1)).body).toBe('[one][two]');
  });

  test('can be read as text, and has no body where CONTENT_LENGTH is 0', async () => {
    const handler: FetchHandler = async (given) =>
      new Response(`${given.body === null} ${await given.text()}`);
    expect((await answerTo(handler, { params: post(4), body: 'body' })).answer.body).toBe('false body');
    expect((await answerTo(handler, { params: post(0) })).answer.body).toBe('true ');
  });

  test('fails its body where it is truncated', async () => {
    const { answer } = await answerTo(
      (given) =>
        given.text().then(
          (text) => new Response(text),
          (error: unknown) => new Response(String(error), { status: 400 }),
        ),
      { params: post(10), body: 'short' },
    );
    expect(answer.status).toBe('400 Bad Request');
    expect(answer.body).toContain('5 bytes before its CONTENT_LENGTH');
  });

  test('is aborted with the request', async () => {
    const reasons: unknown[] = [];
    const { peer } = await serve(
      (given) =>
        new Promise((_, reject) => {
          given.signal.addEventListener('abort', () => {
            reasons.push(given.signal.reason);
            reject(given.signal.reason);
          });
        }),
    );
    peer.send(request(1, { keepConn: true }));
    await nextTurn();
    peer.send(abort(1));
    await peer.answer(1);
    await expect.poll(() => reasons).toEqual([expect.objectContaining({ code: 'FCGI_REQUEST_ABORTED' })]);
  });

  test('is aborted with the request in its clones and in requests made with its signal, too', async () => {
    const signals: AbortSignal[] = [];
    const { peer } = await serve((given) => {
      signals.push(given.clone().signal, new Request(given, { signal: given.signal }).signal);
      return new Promise(() => {});
    });
    peer.send(request(1, { keepConn: true }));
    await nextTurn();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    peer.send(abort(1));
    await peer.answer(1);
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('that the standard cannot express is answered without the handler', async () => {
    const cases: Array<[Record<string, string>, string]> = [
      [{ ...GET, REQUEST_METHOD: 'TRACE' }, '501 Not Implemented'],
      [{ ...GET, REQUEST_METHOD: 'connect' }, '501 Not Implemented'],
      [{ ...GET, REQUEST_METHOD: 'BAD METHOD' }, '400 Bad Request'],
      [{ ...GET, HTTP_HOST: 'evil/host' }, '400 Bad Request'],
      [{ ...GET, HTTP_HOST: '%00' }, '400 Bad Request'],
    ];
    for (const [list, status] of cases) {
      let called = false;
      const { answer } = await answerTo(
        () => {
          called = true;
          return new Response();
        },
        { params: list },
      );
      expect(answer.status).toBe(status);
      expect(called).toBe(false);
    }
  });

  test('comes with the params and the request as FastCGI knows it', async () => {
    const contexts: FetchContext[] = [];
    await answerTo(
      (_, context) => {
        contexts.push(context);
        return new Response();
      },
      { params: { ...GET, REMOTE_USER: 'alice' } },
    );
    expect(contexts[0]!.params.get('REMOTE_USER')).toBe('alice');
    expect(contexts[0]!.request.requestId).toBe(1);
    expect(contexts[0]!.baseUrl).toBe('');
  });
});

describe('waitUntil', () => {
  test('keeps the server from closing, but not the response from leaving', async () => {
    let release: (() => void) | undefined;
    const { peer, server } = await serve((_, context) => {
      context.waitUntil(
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      );
      return new Response('answered');
    });
    peer.send(request(1));
    await peer.answer(1);
    peer.finish();
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    for (let i = 0; i < 20; i += 1) await nextTurn();
    expect(isClosed).toBe(false);
    release!();
    await closed;
  });

  test('tells of a promise that rejects', async () => {
    const { peer, codes } = await serve((_, context) => {
      context.waitUntil(Promise.reject(new Error('in the background')));
      return new Response('answered');
    });
    peer.send(request(1));
    expect(await peer.answer(1)).toMatchObject({ status: '200 OK', body: 'answered' });
    await expect.poll(codes).toEqual(['in the background']);
  });
});

test('a handler that throws or rejects is answered with 500', async () => {
  for (const handler of [
    () => {
      throw new Error('secret');
    },
    () => Promise.reject(new Error('secret')),
  ]) {
    const { answer, codes } = await answerTo(handler);
    expect(answer).toMatchObject({ status: '500 Internal Server Error', appStatus: 1 });
    expect(answer.stdout).not.toContain('secret');
    expect(codes).toEqual(['secret']);
  }
});
