import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FcgiRequest, type FcgiRequestHandler, FcgiServerError } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import type { Answer } from '../support/received.ts';
import { settle } from '../support/time.ts';
import { begin, GET, params, post, request, stdin } from '../support/wire.ts';

/** What a handler makes of one request. */
async function answerOf(
  responder: FcgiRequestHandler,
  limits = {},
): Promise<{ answer: Answer; codes: string[]; errors: unknown[]; chunks: string[][] }> {
  const { connect, codes, errors } = await start({ responder, limits });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  const answer = await peer.answer(1);
  return { answer, codes: codes(), errors: errors.map(({ error }) => error), chunks: peer.recordsByChunk() };
}

describe('what a handler returns', () => {
  test.each([
    [undefined, 0],
    [0, 0],
    [1, 1],
    [255, 255],
    [4_294_967_295, 4_294_967_295],
  ])('%j becomes the appStatus %i', async (result, appStatus) => {
    const { answer } = await answerOf(({ stdout }) => {
      stdout.end('Status: 200\r\n\r\n');
      return result;
    });
    expect(answer.appStatus).toBe(appStatus);
    const later = await answerOf(async ({ stdout }) => {
      await nextTurn();
      stdout.write('Status: 200\r\n\r\n');
      return result;
    });
    expect(later.answer.appStatus).toBe(appStatus);
  });

  test.each([-1, 0.5, 4_294_967_296, Number.NaN])('%j is an error', async (result) => {
    const { answer, codes } = await answerOf(() => result);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.appStatus).toBe(1);
    expect(codes).toEqual(['FCGI_HANDLER_FAILED']);
  });
});

describe('stdout that a handler has ended', () => {
  test('leaves in one piece with the end of the request, and finishes like other streams', async () => {
    const events: string[] = [];
    const { answer, chunks } = await answerOf(({ stdout }) => {
      for (const name of ['finish', 'close', 'error']) stdout.on(name, () => events.push(name));
      stdout.end('Status: 200\r\n\r\nbody', () => events.push('called back'));
    });
    await settle();
    expect(answer).toMatchObject({ appStatus: 0, stdout: 'Status: 200\r\n\r\nbody' });
    expect(chunks).toHaveLength(1);
    expect(events).toEqual(['called back', 'finish', 'close']);
  });
});

describe('a handler that writes nothing', () => {
  test.each<[string, FcgiRequestHandler]>([
    ['and returns', () => {}],
    ['and resolves', async () => {}],
    ['and returns an appStatus', () => 0],
    ['but an empty string', ({ stdout }) => void stdout.write('')],
    ['and ends stdout', ({ stdout }) => void stdout.end()],
    ['but asks for stdout', ({ stdout }) => void stdout.writable],
  ])('%s: 500, not an empty answer', async (_, responder) => {
    const { answer, codes } = await answerOf(responder);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.stderr).toContain('without writing a response');
    expect(codes).toEqual(['FCGI_RESPONSE_EMPTY']);
  });
});

describe('a head', () => {
  test('in many writes leaves in one record', async () => {
    const { answer, chunks } = await answerOf(async ({ stdout }) => {
      for (const piece of ['Status: ', '200\r\n', 'X-A: b\r\n', '\r']) {
        stdout.write(piece);
        await nextTurn();
      }
      stdout.write('\nbody');
      await nextTurn();
    });
    expect(answer.head).toEqual(['Status: 200', 'X-A: b']);
    expect(chunks[0]![0]).toBe(String.raw`stdout 1 "Status: 200\r\nX-A: b\r\n\r\nbody"`);
  });

  test('without Status is left as it is (a local redirect has none, RFC 3875 section 6.2.2)', async () => {
    const { answer } = await answerOf(({ stdout }) => void stdout.end('Location: /echo?local=1\r\n\r\n'));
    expect(answer.stdout).toBe('Location: /echo?local=1\r\n\r\n');
  });

  test.each([
    ['that is none', '<html></html>\n\n', 'not "Name: value"'],
    ['with a status line of HTTP', 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n', 'not "Name: value"'],
    ['with a line without a colon', 'Status: 200\r\nno colon\r\n\r\n', 'not "Name: value"'],
    ['that is folded', 'Status: 200\r\nA: b\r\n c\r\n\r\n', 'not "Name: value"'],
    ['with a bare CR', 'Status: 200\r\nA: b\rSet-Cookie: c=d\r\n\r\n', 'not "Name: value"'],
    ['with NUL', 'Status: 200\r\nA: \0\r\n\r\n', 'not "Name: value"'],
    ['without a blank line', 'Status: 200\r\nA: b\r\n', 'inside the response head'],
  ])('%s becomes 500, and nothing of it is sent', async (_, head, reason) => {
    const { answer, codes } = await answerOf(({ stdout }) => void stdout.end(head));
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.stderr).toContain(reason);
    expect(answer.head).toHaveLength(2);
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });

  test('above its limit becomes 500', async () => {
    const { answer, codes } = await answerOf(
      ({ stdout }) => void stdout.end(`A: ${'b'.repeat(200)}\r\n\r\n`),
      { headBytes: 200 },
    );
    expect(answer.stderr).toContain('limits.headBytes');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });
});

describe('stdout', () => {
  test('that the handler has not ended is ended for it, with all that was written', async () => {
    const { answer } = await answerOf(async ({ stdout }) => {
      stdout.write('Status: 200\r\n\r\n');
      for (let i = 0; i < 1_000; i += 1) stdout.write(`${i} `);
    });
    expect(answer.body).toBe(Array.from({ length: 1_000 }, (_, index) => `${index} `).join(''));
  });

  test('that is ended does not end the request before the handler does', async () => {
    let release: (() => void) | undefined;
    const { connect } = await start({
      responder: ({ stdout }) => {
        stdout.end('Status: 200\r\n\r\nbody');
        return new Promise<number>((resolve) => {
          release = () => resolve(5);
        });
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.until(() => peer.stdout(1).endsWith('body'), 'the body');
    await nextTurn();
    expect(peer.ends(1)).toBe(0);
    release!();
    expect(await peer.answer(1)).toMatchObject({ appStatus: 5 });
  });

  test('can be piped to', async () => {
    const { answer } = await answerOf(async ({ stdout }) => {
      await pipeline(Readable.from(['Status: 200\r\n', '\r\n', 'piped ', 'body']), stdout);
    });
    expect(answer.body).toBe('piped body');
  });

  test.each<[string, FcgiRequestHandler]>([
    ['by the handler', ({ stdout }) => void stdout.destroy(new Error('destroyed'))],
    ['by the handler, without an error', ({ stdout }) => void stdout.destroy()],
    [
      'by a source that fails, which the handler does not care about',
      async ({ stdout }) => {
        const failing = (async function* () {
          yield 'Status: 200\r\n';
          await nextTurn();
          throw new Error('the source failed');
        })();
        await pipeline(failing, stdout).catch(() => {});
      },
    ],
    [
      'after the handler has returned',
      ({ stdout }) => {
        setImmediate(() => stdout.destroy(new Error('destroyed')));
        return new Promise((resolve) => setTimeout(resolve, 20));
      },
    ],
  ])('that is destroyed %s before the head was sent: 500', async (_, responder) => {
    const { answer } = await answerOf(responder);
    expect(answer.status).toBe('500 Internal Server Error');
  });

  test('that is destroyed in the middle of the answer breaks it off', async () => {
    const { connect } = await start({
      responder: async ({ stdout }) => {
        stdout.write('Status: 200\r\n\r\nbegun');
        await settle();
        stdout.destroy(new Error('half-way'));
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    expect(peer.ends(1)).toBe(0);
    expect(peer.stdout(1)).toContain('begun');
  });

  test('written to after the end is an error of the handler, which harms nobody', async () => {
    const { connect, errors } = await start({
      responder: async ({ stdout }) => {
        stdout.end('Status: 200\r\n\r\nbody');
        stdout.write('more');
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect(errors[0]!.error).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
  });
});

describe('stderr', () => {
  test('is sent in whole lines, and its rest at the end', async () => {
    const { answer } = await answerOf(({ stderr, stdout }) => {
      stderr.write('one\ntwo');
      stdout.write('Status: 200\r\n\r\n');
    });
    expect(answer.stderr).toBe('one\ntwo');
    const records = answer.records
      .filter(({ type }) => type === 7)
      .map(({ content }) => Buffer.from(content).toString());
    expect(records).toEqual(['one\n', 'two', '']);
  });

  test('has padding on every record, so that Cherokee does not run them together', async () => {
    const { answer } = await answerOf(({ stderr, stdout }) => {
      for (let length = 0; length < 20; length += 1) stderr.write(`${'x'.repeat(length)}\n`);
      stdout.write('Status: 200\r\n\r\n');
    });
    const records = answer.records.filter(({ type, content }) => type === 7 && content.length > 0);
    expect(records).toHaveLength(20);
    expect(records.every(({ padding }) => padding.length > 0 && padding.every((byte) => byte === 0))).toBe(
      true,
    );
  });

  test('that was not used is not sent', async () => {
    const { answer } = await answerOf(({ stderr, stdout }) => {
      stderr.write('');
      stdout.write('Status: 200\r\n\r\n');
    });
    expect(answer.records.every(({ type }) => type !== 7)).toBe(true);
  });
});

describe('stdin', () => {
  test('that the handler reads by events, without listening for errors: a web server that leaves does not end the process', async () => {
    const { connect, server } = await start({
      responder: ({ stdin: body }) => {
        body.on('data', () => {});
        return new Promise((resolve) => body.on('end', resolve));
      },
    });
    const peer = await connect();
    peer.send(begin(1), params(1, post(10)), stdin(1, 'abc'));
    await expect.poll(() => server.stats().activeRequests).toBe(1);
    peer.leave();
    await expect.poll(() => server.stats().activeRequests).toBe(0);
  });

  test('that the handler reads by events, without listening for errors: a truncated body ends the request with 400', async () => {
    const { connect, codes } = await start({
      responder: ({ stdin: body }) => {
        body.on('data', () => {});
        return new Promise((resolve) => body.on('end', resolve));
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(10), body: 'abc' }));
    expect(await peer.answer(1)).toMatchObject({ status: '400 Bad Request' });
    expect(codes()).toEqual(['FCGI_BODY_TRUNCATED']);
  });

  test('that is asked for only after the request has ended does not leave anybody waiting', async () => {
    const requests: FcgiRequest[] = [];
    const { connect } = await start({
      responder: (each) => {
        requests.push(each);
        each.stdout.write('Status: 200\r\n\r\n');
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(3), body: 'abc' }));
    await peer.answer(1);
    await expect(requests[0]!.stdin.toArray()).rejects.toThrow();
  });
});

test('a request knows what the web server told', async () => {
  const requests: FcgiRequest[] = [];
  const { connect } = await start(
    {
      responder: (each) => {
        requests.push(each);
        each.stdout.write('Status: 200\r\n\r\n');
      },
    },
    'TCP',
  );
  const peer = await connect();
  peer.send(request(513, { keepConn: true, params: { ...GET, REMOTE_USER: 'caf\xe9' } }));
  await peer.answer(513);
  expect(requests[0]).toMatchObject({ requestId: 513, role: 1, keepConn: true, aborted: false });
  expect(requests[0]!.params.get('REMOTE_USER')).toBe('caf\xe9');
  expect(requests[0]!.connection).toMatchObject({ remoteAddress: '127.0.0.1' });
  expect(requests[0]!.connection.remotePort).toBeGreaterThan(0);
  expect(requests[0]!.signal.aborted).toBe(false);
});

test('errors of the server say what they end', () => {
  const cause = new Error('inner');
  const error = new FcgiServerError('FCGI_LISTEN_FAILED', 'server', 'It did not work.', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'FcgiServerError',
    code: 'FCGI_LISTEN_FAILED',
    scope: 'server',
    cause,
  });
  expect(String(error)).toBe('FcgiServerError: It did not work.');
});
