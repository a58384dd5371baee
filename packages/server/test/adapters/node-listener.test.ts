import { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fromNodeListener, type NodeListener, requestParams } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { type Harness, start } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import type { Answer } from '../support/received.ts';
import { begin, GET, params, post, request, stdin } from '../support/wire.ts';

/** What becomes of a listener before it is served. */
type Way = (listener: NodeListener) => NodeListener;

async function serve(
  as: Way,
  listener: NodeListener,
  ...options: unknown[]
): Promise<Harness & { peer: Peer }> {
  const given = options as [Parameters<typeof fromNodeListener>[1]?];
  const harness = await start({ responder: fromNodeListener(as(listener), ...given) });
  return { ...harness, peer: await harness.connect() };
}

/** The answer to one request. */
async function answerTo(
  as: Way,
  listener: NodeListener,
  given: Parameters<typeof request>[1] = {},
): Promise<{ answer: Answer; codes: string[]; chunks: string[][] }> {
  const { peer, codes } = await serve(as, listener);
  peer.send(request(1, { keepConn: true, ...given }));
  return { answer: await peer.answer(1), codes: codes(), chunks: peer.recordsByChunk() };
}

/** A listener whose response writes HTTP/1.1, as all do on versions of Node without the parts by which it is taken before. */
function asHttp(listener: NodeListener): NodeListener {
  return (req, res) => {
    for (const part of ['_send', '_storeHeader']) expect(Object.hasOwn(res, part)).toBe(true);
    Reflect.deleteProperty(res, '_send');
    Reflect.deleteProperty(res, '_storeHeader');
    return listener(req, res);
  };
}

const plain: Way = (listener) => listener;

const ways: ReadonlyArray<readonly [string, Way]> = [
  ['taken before it is HTTP', plain],
  ['read as HTTP/1.1', asHttp],
];

describe('the request that a listener gets', () => {
  test("is Node's own, made of the params", async () => {
    const list: Array<[string, string]> = [
      ...Object.entries({
        ...GET,
        REQUEST_METHOD: 'PUT',
        REQUEST_URI: '/a?b=c',
        SERVER_PROTOCOL: 'HTTP/2.0',
      }),
      ['HTTP_HOST', 'app.example'],
      ['HTTP_COOKIE', 'a=1'],
      ['HTTP_COOKIE', 'b=2'],
      ['HTTP_X_RAW', 'caf\xe9'],
    ];
    let seen: unknown;
    await answerTo(
      plain,
      (req, res) => {
        seen = {
          own: req instanceof IncomingMessage && res instanceof ServerResponse,
          names: [req.constructor.name, res.constructor.name],
          method: req.method,
          url: req.url,
          version: [req.httpVersion, req.httpVersionMajor, req.httpVersionMinor],
          headers: req.headers,
          raw: req.rawHeaders,
          distinct: { ...req.headersDistinct },
        };
        res.end();
      },
      { params: list },
    );
    expect(seen).toEqual({
      own: true,
      names: ['IncomingMessage', 'ServerResponse'],
      method: 'PUT',
      url: '/a?b=c',
      version: ['2.0', 2, 0],
      headers: { host: 'app.example', cookie: 'a=1; b=2', 'x-raw': 'caf\xe9' },
      raw: ['Host', 'app.example', 'Cookie', 'a=1', 'Cookie', 'b=2', 'X-Raw', 'caf\xe9'],
      distinct: { host: ['app.example'], cookie: ['a=1', 'b=2'], 'x-raw': ['caf\xe9'] },
    });
  });

  test('has the addresses of the browser and of the web server', async () => {
    let seen: unknown;
    await answerTo(
      plain,
      (req, res) => {
        const { encrypted } = req.socket as typeof req.socket & { encrypted: boolean };
        const { localAddress, localPort, remoteAddress, remoteFamily, remotePort } = req.socket;
        seen = { encrypted, localAddress, localPort, remoteAddress, remoteFamily, remotePort };
        res.end();
      },
      {
        params: {
          ...GET,
          HTTPS: 'on',
          REMOTE_ADDR: '2001:db8::1',
          REMOTE_PORT: '5',
          SERVER_ADDR: '192.0.2.1',
          SERVER_PORT: '443',
        },
      },
    );
    expect(seen).toEqual({
      encrypted: true,
      localAddress: '192.0.2.1',
      localPort: 443,
      remoteAddress: '2001:db8::1',
      remoteFamily: 'IPv6',
      remotePort: 5,
    });
  });

  test('has its params for whoever asks, and others have none', async () => {
    let user: string | undefined;
    await answerTo(
      plain,
      (req, res) => {
        user = requestParams(req).get('REMOTE_USER');
        res.end();
      },
      { params: { ...GET, REMOTE_USER: 'alice' } },
    );
    expect(user).toBe('alice');
    const foreign = Object.create(IncomingMessage.prototype, { socket: { value: null } });
    expect(() => requestParams(foreign)).toThrow(/did not come over FastCGI/);
  });

  test('is complete, ends and closes, in this order, whether it is read or not', async () => {
    for (const read of [true, false]) {
      const told: string[] = [];
      await answerTo(
        plain,
        (req, res) => {
          req.on('close', () => told.push(`close ${req.complete}`));
          res.on('finish', () => told.push('finish'));
          res.on('close', () => told.push('res close'));
          if (read) req.on('end', () => told.push(`end ${req.complete}`)).resume();
          else req.on('end', () => told.push(`end ${req.complete}`));
          setImmediate(() => res.end('x'));
        },
        { params: post(3), body: 'abc' },
      );
      await expect.poll(() => told.length).toBe(4);
      expect(told.indexOf('end true')).toBeLessThan(told.indexOf('close true'));
      expect(told.indexOf('finish')).toBeLessThan(told.indexOf('res close'));
    }
  });

  test('may be read on after an early answer', async () => {
    let received = '';
    const { peer } = await serve(plain, (req, res) => {
      req.setEncoding('latin1').on('data', (text: string) => {
        received += text;
      });
      res.end('early');
    });
    peer.send(begin(1, { keepConn: true }), params(1, post(6)), stdin(1, 'abc'));
    await peer.until(() => peer.stdout(1).endsWith('early'), 'the answer');
    expect(peer.ends(1)).toBe(0);
    peer.send(stdin(1, 'def'), stdin(1));
    expect((await peer.answer(1)).body).toBe('early');
    expect(received).toBe('abcdef');
  });
});

describe.each(ways)('the response of a listener, %s,', (_way, as) => {
  test('in one call leaves in one write, with its length', async () => {
    const { answer, chunks } = await answerTo(as, (_, res) => void res.end('hello'));
    expect(answer.head.at(-1)).toBe('Status: 200 OK');
    expect(answer.head).toContain('Content-Length: 5');
    expect(answer.body).toBe('hello');
    expect(chunks).toHaveLength(1);
  });

  test('is not framed, whatever the listener asks for', async () => {
    for (const listener of [
      (_: IncomingMessage, res: ServerResponse) => {
        res.write('one ');
        res.end('two');
      },
      (_: IncomingMessage, res: ServerResponse) => {
        res.setHeader('Transfer-Encoding', 'chunked');
        res.setHeader('Trailer', 'X-Check');
        res.write('one ');
        res.addTrailers({ 'X-Check': '5' });
        res.end('two');
      },
    ]) {
      const { answer } = await answerTo(as, listener);
      expect(answer.body).toBe('one two');
      expect(answer.head.join('\n')).not.toMatch(/transfer-encoding|connection|trailer/i);
    }
  });

  test('calls back when it was written and ended', async () => {
    const called: string[] = [];
    await answerTo(as, (_, res) => {
      res.write('a', () => called.push('write'));
      res.end('b', () => called.push('end'));
    });
    await expect.poll(() => called).toEqual(['write', 'end']);
  });

  test('to HEAD has no body, but its length', async () => {
    const { answer } = await answerTo(
      as,
      (_, res) => {
        res.setHeader('Content-Length', '5');
        res.end('hello');
      },
      { params: { ...GET, REQUEST_METHOD: 'HEAD' } },
    );
    expect(answer.head).toContain('Content-Length: 5');
    expect(answer.body).toBe('');
  });

  test('loses its interim responses', async () => {
    const { answer } = await answerTo(as, (_, res) => {
      res.writeContinue();
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.end('final');
    });
    expect(answer.status).toBe('200 OK');
    expect(answer.body).toBe('final');
    expect(answer.stdout).not.toContain('a.css');
  });

  test('that is longer than its Content-Length is cut, and told', async () => {
    const { answer, codes } = await answerTo(as, (_, res) => {
      res.writeHead(200, { 'Content-Length': 4 });
      res.end('0123456789');
    });
    expect(answer.body).toBe('0123');
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_LONG']);
  });

  test('that is shorter than its Content-Length is broken off', async () => {
    const { peer, codes } = await serve(as, async (_, res) => {
      res.writeHead(200, { 'Content-Length': 10 });
      await new Promise((resolve) => res.write('0123', resolve));
      res.end();
    });
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    expect(peer.ends(1)).toBe(0);
    expect(codes()).toEqual(['FCGI_RESPONSE_TOO_SHORT']);
  });

  test('with a head above 4 KiB is sent, and told', async () => {
    const { answer, codes } = await answerTo(as, (_, res) => {
      res.setHeader('X-Large', 'x'.repeat(5_000));
      res.end('body');
    });
    expect(answer.body).toBe('body');
    expect(codes).toEqual(['FCGI_RESPONSE_HEAD_LARGE']);
  });

  test.each(['destroy', 'end'] as const)('whose socket is ended with %s() is none: 500', async (method) => {
    const { answer, codes } = await answerTo(as, (req) => void req.socket[method]());
    expect(answer.status).toBe('500 Internal Server Error');
    expect(codes).toEqual(['FCGI_HANDLER_FAILED']);
  });
});

describe.each(ways)('a response that streams, %s,', (_way, as) => {
  test.each([
    [
      'of events',
      { 'Content-Type': 'text/event-stream' },
      (res: ServerResponse): void => void res.write('data: 1\n\n'),
    ],
    ['whose head is flushed', {}, (res: ServerResponse): void => res.flushHeaders()],
  ])('%s asks nginx not to hold it back, unless that is turned off or decided', async (_, fields, begun) => {
    const listener = async (_req: IncomingMessage, res: ServerResponse): Promise<void> => {
      for (const [name, value] of Object.entries(fields)) res.setHeader(name, value);
      begun(res);
      await nextTurn();
      await nextTurn();
      res.end('last');
    };
    const { answer } = await answerTo(as, listener);
    expect(answer.head.filter((line) => /^x-accel/i.test(line))).toEqual(['X-Accel-Buffering: no']);
    const { peer } = await serve(as, listener, { unbufferedStreams: false });
    peer.send(request(1));
    expect((await peer.answer(1)).head.join()).not.toMatch(/x-accel/i);
    const decided = await answerTo(as, (req, res) => {
      res.setHeader('X-Accel-Buffering', 'yes');
      return listener(req, res);
    });
    expect(decided.answer.head.filter((line) => /^x-accel/i.test(line))).toEqual(['X-Accel-Buffering: yes']);
  });

  test('but that is all there is does not', async () => {
    const { answer } = await answerTo(as, (_, res) => {
      res.writeHead(200);
      res.end('all');
    });
    expect(answer.head.join()).not.toMatch(/x-accel/i);
  });

  test('has its head sent before its body', async () => {
    let finish: (() => void) | undefined;
    const { peer } = await serve(as, (_, res) => {
      res.flushHeaders();
      finish = () => res.end('body');
    });
    peer.send(request(1));
    await peer.until(() => peer.stdout(1).includes('Status: 200 OK\r\n\r\n'), 'the head');
    finish!();
    expect((await peer.answer(1)).body).toBe('body');
  });
});

describe('a time-out', () => {
  test('that nobody listens for destroys the response', async () => {
    const { answer } = await answerTo(plain, (req) => void req.setTimeout(20));
    expect(answer.status).toBe('500 Internal Server Error');
  });

  test.each(['req', 'res'] as const)('that %s listens for is the business of the listener', async (which) => {
    const { peer } = await serve(plain, (req, res) => {
      (which === 'req' ? req : res).setTimeout(20, () => {
        res.statusCode = 408;
        res.end('too slow');
      });
    });
    peer.send(begin(1, { keepConn: true }), params(1, post(5)));
    expect(await peer.answer(1)).toMatchObject({ status: '408 Request Timeout', body: 'too slow' });
  });
});

describe('a browser that goes away', () => {
  test('is told to request and response, once each, and what has come stays readable', async () => {
    const told: string[] = [];
    let read: (() => Promise<unknown>) | undefined;
    const { peer } = await serve(plain, (req, res) => {
      req.on('close', () => told.push('req close'));
      res.on('close', () => told.push('res close'));
      read = () => req.toArray().then((chunks) => Buffer.concat(chunks).toString());
    });
    peer.send(request(1, { params: post(3), body: 'abc' }));
    await expect.poll(() => read).toBeDefined();
    peer.finish();
    await expect.poll(() => told.toSorted()).toEqual(['req close', 'res close']);
    expect(await read!()).toBe('abc');
    for (let i = 0; i < 10; i += 1) await nextTurn();
    expect(told).toHaveLength(2);
    peer.leave();
  });

  test('leaves the response open, so that whoever asks in order to write may write', async () => {
    let answered: ServerResponse | undefined;
    const { peer } = await serve(plain, (_, res) => {
      answered = res;
    });
    peer.send(request(1));
    await expect.poll(() => answered).toBeDefined();
    const closed = new Promise((resolve) => answered!.once('close', resolve));
    peer.finish();
    await closed;
    const { destroyed, socket, writable } = answered!;
    expect({ destroyed, writable, socket: [socket!.destroyed, socket!.writable] }).toEqual({
      destroyed: false,
      writable: true,
      socket: [false, true],
    });
    answered!.end('for whoever still listens');
    expect((await peer.answer(1)).body).toBe('for whoever still listens');
  });

  test.each(['nothing', 'its end'])(
    'and whose connection is lost (after %s) leaves a response that is destroyed',
    async (first) => {
      let answered: ServerResponse | undefined;
      const { peer } = await serve(plain, (_, res) => {
        answered = res;
      });
      peer.send(request(1));
      await expect.poll(() => answered).toBeDefined();
      const closed = new Promise((resolve) => answered!.once('close', resolve));
      if (first === 'its end') {
        peer.finish();
        await closed;
      }
      peer.leave();
      await closed;
      await expect.poll(() => answered!.destroyed).toBe(true);
      expect(answered!.socket?.writable ?? false).toBe(false);
    },
  );

  test('fails a body that is still coming', async () => {
    let outcome: unknown;
    const { peer } = await serve(plain, async (req) => {
      outcome = await req.toArray().catch((error: NodeJS.ErrnoException) => error.code);
    });
    peer.send(begin(1), params(1, post(10)), stdin(1, 'abc'));
    await nextTurn();
    peer.leave();
    await expect.poll(() => outcome).toBe('ECONNRESET');
  });
});
