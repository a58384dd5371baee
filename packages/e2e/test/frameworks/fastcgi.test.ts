import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { FcgiClient } from '@fcgi-js/client';
import { createServer, fromNodeListener, type NodeListenerOptions, requestParams } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Listener } from '../../src/frameworks/application.ts';
import type { Ask } from '../../src/frameworks/ask.ts';
import { type FastcgiSide, startFastcgiSide } from '../../src/frameworks/fastcgi-side.ts';
import { codeOf } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

/** What `http.createServer` has no counterpart for, or does worse. */
async function serve(
  listener: (req: IncomingMessage, res: ServerResponse, note: (what: unknown) => void) => unknown,
  options?: NodeListenerOptions,
): Promise<FastcgiSide> {
  const make =
    ({ note }: { note: (what: unknown) => void }): Listener =>
    (req, res) =>
      listener(req, res, note);
  const side = await startFastcgiSide(make, undefined, undefined, options);
  onTestFinished(() => side.close());
  return side;
}

async function ask(side: FastcgiSide, what: Ask = {}) {
  const peer = await side.open(what);
  const answer = await peer.answer;
  await side.recorder.closed();
  return { ...answer, headText: peer.headText, stderr: peer.stderr };
}

const UNBUFFERED = /^X-Accel-Buffering: no$/im;

describe('X-Accel-Buffering', () => {
  const flushing = async (_req: IncomingMessage, res: ServerResponse) => {
    res.flushHeaders();
    await delay(5);
    res.end('later');
  };
  const events = (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    res.end('data: 1\n\n');
  };

  test('is no where the head is flushed', async () => {
    const { body, headText } = await ask(await serve(flushing));
    expect(headText).toMatch(UNBUFFERED);
    expect(body.toString()).toBe('later');
  });

  test('is no for event streams', async () => {
    expect((await ask(await serve(events))).headText).toMatch(UNBUFFERED);
  });

  test('is the business of the application where it says so', async () => {
    const side = await serve((req, res) => {
      res.setHeader('x-accel-buffering', 'yes');
      return req.url === '/' ? flushing(req, res) : events(req, res);
    });
    for (const path of ['/', '/events']) {
      const { headText } = await ask(side, { path });
      expect(headText.match(/^x-accel-buffering: .*$/gim)).toEqual(['x-accel-buffering: yes']);
    }
  });

  test('is not sent where the option is off', async () => {
    const options = { unbufferedStreams: false };
    for (const listener of [flushing, events]) {
      expect((await ask(await serve(listener, options))).headText).not.toMatch(UNBUFFERED);
    }
  });

  test.each<[what: string, listener: (res: ServerResponse) => unknown]>([
    ['in one piece', (res) => res.end('body')],
    ['of bytes', (res) => res.end(Buffer.from('body'))],
    ['in several pieces', (res) => res.write('one ') && res.end('two')],
    ['without a body', (res) => res.writeHead(204).end()],
    ['that redirects', (res) => res.writeHead(302, { Location: '/' }).end()],
  ])('is not sent with an answer %s', async (_what, listener) => {
    expect((await ask(await serve((_req, res) => listener(res)))).headText).not.toMatch(UNBUFFERED);
  });

  test('is an option that is checked', () => {
    const options: unknown[] = [{ unbufferedStreams: 'no' }, { buffering: false }];
    for (const each of options) {
      expect(() => Reflect.apply(fromNodeListener, undefined, [() => undefined, each])).toThrow(TypeError);
    }
  });
});

describe('A listener that fails', () => {
  const closes = (res: ServerResponse, req: IncomingMessage, note: (what: unknown) => void) => {
    res.on('close', () => note('res close'));
    req.on('close', () => note('req close'));
  };

  test.each<[how: string, fails: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('secret');
      },
    ],
    [
      'rejects later',
      async () => {
        await delay(5);
        throw new Error('secret');
      },
    ],
  ])('and %s is answered with 500, and its messages are closed', async (_how, fails) => {
    const side = await serve((req, res, note) => {
      closes(res, req, note);
      return fails();
    });
    const { body, status, stderr } = await ask(side, { body: 'unread' });
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('secret');
    expect(stderr).toContain('secret');
    expect(side.reports).toEqual(['secret']);
    expect([...side.recorder.notes].sort()).toEqual(['req close', 'res close']);
  });

  test('in the middle of an answer does not pass for complete', async () => {
    const side = await serve(async (req, res, note) => {
      closes(res, req, note);
      res.write('begun');
      await delay(5);
      throw new Error('secret');
    });
    const { complete } = await ask(side);
    expect(complete).toBe(false);
    expect(side.reports).toEqual(['secret']);
  });

  test('after its answer is reported, and the answer is whole', async () => {
    const side = await serve((_req, res) => {
      res.end('whole');
      throw new Error('too late');
    });
    expect(await ask(side)).toMatchObject({ complete: true, status: 200 });
    expect(side.reports).toEqual(['too late']);
  });

  test('to listen to the error of a response that it writes to after its end ends nothing', async () => {
    const side = await serve((_req, res) => {
      res.end('whole');
      res.write('more');
      res.once('close', () => res.end('even more'));
    });
    expect(await ask(side)).toMatchObject({ complete: true, status: 200 });
    await expect.poll(() => side.reports).toContain('ERR_STREAM_WRITE_AFTER_END');
  });

  test('destroys its response without a second error on the socket', async () => {
    const side = await serve(async (req, res, note) => {
      req.socket.on('error', () => note('error of the socket'));
      res.write('begun');
      await delay(5);
      res.destroy(new Error('given up'));
    });
    expect(await ask(side)).toMatchObject({ complete: false });
    expect(side.recorder.notes).toEqual([]);
    expect(side.reports).toEqual(['given up']);
  });
});

describe('A body', () => {
  const SIZE = 3_000_000;

  test('that has come whole stays readable when the web server has gone', async () => {
    const side = await serve(async (req, _res, note) => {
      note('ready');
      await new Promise((resolve) => req.once('close', resolve));
      note([req.complete, req.aborted]);
      let text = '';
      for await (const part of req) text += part;
      note(text);
    });
    const peer = await side.open({ body: 'all of it' });
    await side.recorder.until('ready');
    peer.leave();
    await side.recorder.until('all of it');
    expect(side.recorder.notes).toEqual(['ready', [true, false], 'all of it']);
  });

  test('is read on after an early answer, which does not wait for it', async () => {
    const side = await serve(async (req, res, note) => {
      res.writeHead(202).end('accepted');
      const parts: Buffer[] = [];
      for await (const part of req) parts.push(part);
      note(sha256(Buffer.concat(parts)));
    });
    const peer = await side.open({ contentLength: SIZE });
    const bytes = patternBytes(SIZE);
    peer.send(bytes.subarray(0, SIZE / 2));
    await peer.received('accepted'.length);
    peer.send(bytes.subarray(SIZE / 2));
    peer.endBody();
    expect(await peer.answer).toMatchObject({ complete: true, status: 202 });
    await side.recorder.until(sha256(bytes));
  });

  test('that was read on after an early answer fails when it breaks off', async () => {
    const side = await serve(async (req, res, note) => {
      res.end('early');
      try {
        for await (const _ of req);
        note('whole');
      } catch (error) {
        note(codeOf(error));
      }
    });
    const peer = await side.open({ contentLength: 10 });
    peer.send('half');
    await peer.received('early'.length);
    peer.leave();
    await side.recorder.until('ECONNRESET');
  });

  test.each<[how: string, listener: (req: IncomingMessage) => unknown]>([
    ['that nobody reads', () => undefined],
    ['that was paused', (req) => req.on('data', () => req.pause())],
    ['that is thrown away', (req) => req.resume()],
  ])('%s does not hold the answer, and its request is closed', async (_how, listener) => {
    const side = await serve((req, res) => {
      listener(req);
      req.on('error', () => undefined);
      setTimeout(() => res.writeHead(413).end('too large'), 20);
    });
    const peer = await side.open({ contentLength: SIZE });
    peer.send(patternBytes(100_000));
    expect(await peer.answer).toMatchObject({ complete: true, status: 413 });
    await side.recorder.closed();
  });
});

describe('Params', () => {
  test('are there beside the request', async () => {
    const side = await serve((req, res) => res.end(requestParams(req).get('REMOTE_USER')));
    expect((await ask(side, { params: { REMOTE_USER: 'ali' } })).body.toString()).toBe('ali');
  });

  test('tell of TLS and of IPv6', async () => {
    const side = await serve(({ socket }, res) => {
      const { localAddress, remoteAddress, remoteFamily } = socket;
      res.end(JSON.stringify([Reflect.get(socket, 'encrypted'), localAddress, remoteAddress, remoteFamily]));
    });
    const params = { HTTPS: 'on', REMOTE_ADDR: '2001:db8::1', SERVER_ADDR: '2001:db8::2' };
    const { body } = await ask(side, { params });
    expect(JSON.parse(body.toString())).toEqual([true, '2001:db8::2', '2001:db8::1', 'IPv6']);
  });
});

describe('The context of AsyncLocalStorage', () => {
  test('reaches every event of its request', async () => {
    const storage = new AsyncLocalStorage<string>();
    const side = await serve((req, res, note) =>
      storage.run('mine', () => {
        const tell = (what: string) => () => note(`${what}: ${storage.getStore()}`);
        req.once('data', tell('data')).on('end', tell('end'));
        res.on('finish', tell('finish')).on('close', tell('close'));
        req.on('end', async () => {
          await delay(1);
          res.write('a', tell('written'));
          res.end('b', tell('ended'));
        });
      }),
    );
    await ask(side, { body: 'abc' });
    expect([...side.recorder.notes].sort()).toEqual(
      ['close', 'data', 'end', 'ended', 'finish', 'written'].map((what) => `${what}: mine`),
    );
  });

  test('of one request is not that of the next on its connection', async () => {
    const storage = new AsyncLocalStorage<string>();
    const side = await serve((req, res, note) => {
      note(storage.getStore());
      storage.enterWith(`entered by ${req.url}`);
      res.end('ok');
    });
    const client = new FcgiClient({ address: side.address, limits: { connections: 1 } });
    for (const path of ['/1', '/2', '/3']) {
      const response = await client.request({ params: { REQUEST_METHOD: 'GET', REQUEST_URI: path } });
      response.body.resume();
      await response.ended;
    }
    await client.close();
    expect(side.recorder.notes).toEqual([undefined, undefined, undefined]);
  });
});

test('A response that was told to wait is told to go on, however much the connection holds', async () => {
  const notes: string[] = [];
  const server = createServer({
    responder: fromNodeListener(async (_req, res) => {
      for (let piece = 0; piece < 3; piece += 1) {
        if (res.write(patternBytes(200_000))) continue;
        await new Promise((resolve) => res.once('drain', resolve));
        notes.push(`drain ${res.writableNeedDrain}`);
      }
      res.end(() => notes.push('ended'));
    }),
  });
  // A connection that never says that it is full.
  const connection = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
    writableHighWaterMark: 1e9,
  });
  server.accept(connection);
  const bytes = (...values: number[]) => Buffer.from(values);
  const record = (type: number, content: Buffer) =>
    Buffer.concat([bytes(1, type, 0, 1, 0, content.length, 0, 0), content]);
  connection.push(record(1, bytes(0, 1, 0, 0, 0, 0, 0, 0)));
  connection.push(record(4, Buffer.from('\x0e\x03REQUEST_METHODGET')));
  connection.push(Buffer.concat([record(4, bytes()), record(5, bytes())]));
  await expect.poll(() => notes.at(-1)).toBe('ended');
  expect(notes.slice(0, -1).every((note) => note === 'drain false')).toBe(true);
  await server.close({ timeout: 1 });
});
