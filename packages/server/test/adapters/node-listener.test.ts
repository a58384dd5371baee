import { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestParams } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { answerTo, plain, serve } from '../support/listening.ts';
import { begin, GET, params, post, request, stdin } from '../support/wire.ts';

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
