import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FetchHandler } from '@fcgi-js/server';
import { pattern } from 'test-support';
import { describe, expect, test } from 'vitest';
import { answerTo, serve } from '../support/fetching.ts';
import { settle } from '../support/time.ts';
import { abort, GET, request } from '../support/wire.ts';

/** A response of a class that checks nothing, as a framework may have one. */
function foreignResponse(parts: { headers?: string[][]; status?: number; statusText?: string }) {
  const { headers = [], status = 200, statusText = '' } = parts;
  return { body: null, headers: Object.assign([...headers], { get: () => null }), status, statusText };
}

describe('the response of a fetch handler', () => {
  test('that is there as a whole leaves in one write, with its length', async () => {
    const { answer, chunks } = await answerTo(
      () => new Response('hello', { status: 201, headers: { 'X-A': 'b' } }),
    );
    expect(answer.status).toBe('201 Created');
    expect(answer.head).toEqual([
      'content-type: text/plain;charset=UTF-8',
      'x-a: b',
      'content-length: 5',
      'Status: 201 Created',
    ]);
    expect(answer.body).toBe('hello');
    expect(chunks).toHaveLength(1);
  });

  test.each([
    [() => new Response(null, { status: 204 }), '204 No Content'],
    [() => new Response(null, { status: 304 }), '304 Not Modified'],
    [() => new Response('x', { status: 299, statusText: 'Own Words' }), '299 Own Words'],
    [() => Response.redirect('http://app.example/other', 308), '308 Permanent Redirect'],
    [() => new Response(null), '200 OK'],
  ] as Array<[() => Response, string]>)('%s has status %s', async (make, status) => {
    const { answer } = await answerTo(make);
    expect(answer.status).toBe(status);
  });

  test('keeps every Set-Cookie', async () => {
    const headers = new Headers();
    for (const cookie of ['a=1', 'b=2', 'c=3, with comma']) headers.append('Set-Cookie', cookie);
    const { answer } = await answerTo(() => new Response('', { headers }));
    expect(answer.head.filter((line) => line.startsWith('set-cookie'))).toEqual([
      'set-cookie: a=1',
      'set-cookie: b=2',
      'set-cookie: c=3, with comma',
    ]);
  });

  test('to HEAD has no body, and its source is told so', async () => {
    let cancelled = false;
    const { answer } = await answerTo(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(Buffer.from('x')),
            cancel: () => {
              cancelled = true;
              return new Promise(() => {});
            },
          }),
          { headers: { 'Content-Length': '100' } },
        ),
      { params: { ...GET, REQUEST_METHOD: 'HEAD' } },
    );
    expect(answer).toMatchObject({ status: '200 OK', body: '' });
    expect(answer.head).toContain('content-length: 100');
    expect(cancelled).toBe(true);
  });

  test('that streams is passed on as it comes, without a length', async () => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const { peer } = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: (given) => {
              controller = given;
            },
          }),
        ),
    );
    peer.send(request(1, { keepConn: true }));
    await peer.until(() => peer.stdout(1).endsWith('\r\n\r\n'), 'the head');
    for (const word of ['one', 'two']) {
      controller!.enqueue(Buffer.from(word));
      await peer.until(() => peer.stdout(1).endsWith(word), word);
    }
    controller!.close();
    const answer = await peer.answer(1);
    expect(answer.body).toBe('onetwo');
    expect(answer.head.join()).not.toContain('content-length');
  });

  test('is asked for no more than the web server takes', async () => {
    let pulled = 0;
    const { peer } = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull: async (controller) => {
              pulled += 1;
              // So that the test fails rather than hangs.
              if (pulled > 2_000) controller.close();
              else controller.enqueue(pattern(16_384));
              await nextTurn();
            },
          }),
        ),
    );
    peer.stream.pause();
    peer.send(request(1));
    for (let i = 0; i < 200; i += 1) await nextTurn();
    const stopped = pulled;
    expect(stopped).toBeLessThan(20);
    peer.stream.resume();
    await peer.until(() => peer.receivedBytes > 1_000_000, 'more');
    expect(pulled).toBeGreaterThan(stopped);
  });

  test('is cancelled when nobody wants it any more', async () => {
    const cancelled: unknown[] = [];
    const { peer } = await serve(
      () =>
        new Response(
          new ReadableStream({
            cancel: (reason) => {
              cancelled.push(reason);
            },
          }),
        ),
    );
    peer.send(request(1, { keepConn: true }));
    await peer.until(() => peer.stdout(1) !== '', 'the head');
    peer.send(abort(1));
    await peer.answer(1);
    await expect.poll(() => cancelled).toEqual([expect.objectContaining({ code: 'FCGI_REQUEST_ABORTED' })]);
  });

  test.each<[string, () => unknown]>([
    ['text', () => 'no response'],
    ['nothing', () => undefined],
    ['null', () => null],
    ['a number', () => 200],
  ])('that is %s becomes 500', async (_, handler) => {
    const { answer, codes } = await answerTo(handler as FetchHandler);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_RESPONSE_EMPTY']);
  });

  test.each([
    ['a line end in a value', { headers: [['x-a', 'b\r\nx-c: d']] }],
    ['what becomes a line end in a value', { headers: [['x-a', 'b\u010ax-c: d']] }],
    ['a name that is none', { headers: [['x a', 'b']] }],
    ['a line end in its reason phrase', { statusText: 'OK\r\nx-c: d' }],
    ['a status that is none', { status: 42.5 }],
    ['the status of an interim response', { status: 103 }],
  ])('of a class of its own that has %s becomes 500', async (_, parts) => {
    const handler: () => unknown = () => foreignResponse(parts);
    const { answer, codes } = await answerTo(handler as FetchHandler);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });

  test('of the standard that has no status (Response.error()) becomes 500', async () => {
    const { answer, codes } = await answerTo(() => Response.error());
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });

  test('of a class of its own is sent', async () => {
    const handler: () => unknown = () => foreignResponse({ status: 201, headers: [['x-a', 'b']] });
    const { answer } = await answerTo(handler as FetchHandler);
    expect(answer.status).toBe('201 Created');
    expect(answer.head).toContain('x-a: b');
  });

  test('whose body was read already becomes 500', async () => {
    const { answer } = await answerTo(async () => {
      const response = new Response('once');
      await response.text();
      return response;
    });
    expect(answer.status).toBe('500 Internal Server Error');
  });

  test('whose body gives no bytes becomes 500', async () => {
    const { answer } = await answerTo(() => {
      const text = new ReadableStream({ start: (controller) => controller.enqueue('text') });
      return new Response(text);
    });
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.stderr).toContain('must give bytes');
  });

  test('whose body fails before it has given anything becomes 500', async () => {
    const { answer, codes } = await answerTo(
      () =>
        new Response(new ReadableStream({ start: (controller) => controller.error(new Error('no body')) })),
    );
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['no body']);
  });

  test('whose body fails half-way is broken off', async () => {
    const { peer } = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: async (controller) => {
              controller.enqueue(Buffer.from('begun'));
              await settle();
              controller.error(new Error('half-way'));
            },
          }),
        ),
    );
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    expect(peer.stdout(1)).toContain('begun');
    expect(peer.ends(1)).toBe(0);
  });

  test('whose body gives no bytes, or too many, has its source cancelled', async () => {
    for (const chunk of ['text', new Uint8Array(10)]) {
      let cancelled = 0;
      const { codes } = await answerTo(() => {
        // It has no end.
        const body = new ReadableStream({
          pull: (controller) => controller.enqueue(chunk),
          cancel: () => {
            cancelled += 1;
          },
        });
        return new Response(body, { headers: { 'Content-Length': '15' } });
      });
      expect(codes).toHaveLength(1);
      expect(cancelled).toBe(1);
    }
  });

  test('whose Content-Length is no number keeps its body', async () => {
    const headers = new Headers([
      ['Content-Length', '4'],
      ['Content-Length', '4'],
    ]);
    const { answer, codes } = await answerTo(() => new Response('0123', { headers }));
    expect(answer.body).toBe('0123');
    expect(codes).toEqual([]);
  });

  test('longer than its Content-Length is cut, and that is told', async () => {
    const { answer, codes } = await answerTo(
      () => new Response('0123456789', { headers: { 'Content-Length': '4' } }),
    );
    expect(answer.body).toBe('0123');
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_LONG']);
  });

  test('shorter than its Content-Length is no response', async () => {
    const { answer, codes } = await answerTo(
      () => new Response('0123', { headers: { 'Content-Length': '10' } }),
    );
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_SHORT']);
  });

  test('with a head above 4 KiB is sent, and told', async () => {
    const { answer, codes } = await answerTo(
      () => new Response('body', { headers: { 'X-Large': 'x'.repeat(5_000) } }),
    );
    expect(answer.body).toBe('body');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_LARGE']);
  });

  test('whose source never lets the event loop turn is not gathered without end', async () => {
    let given = 0;
    const { answer } = await answerTo(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              given += 1;
              if (given > 100) controller.close();
              else controller.enqueue(new Uint8Array(10_000).fill(0x61));
            },
          }),
        ),
    );
    expect(answer.body).toHaveLength(1_000_000);
    expect(answer.head.join()).not.toContain('content-length');
  });
});
