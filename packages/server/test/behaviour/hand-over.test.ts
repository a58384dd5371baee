import { createServer, type FcgiRequest } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { begin, params, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

/** Two servers that say which of them has answered; requests of the first end when the test says so, if it has asked. */
async function pair(transport = transports[0]!) {
  const held: Array<() => void> = [];
  const answer = (name: string) => async (each: FcgiRequest) => {
    const body = Buffer.concat(await each.stdin.toArray());
    if (each.params.get('REQUEST_URI') === '/held') await new Promise<void>((resolve) => held.push(resolve));
    each.stdout.end(`${HEAD}${name} ${body}`);
  };
  const first = await start({ responder: answer('first') }, transport);
  const second = createServer({ responder: answer('second') });
  onTestFinished(() => second.close({ timeout: 0 }));
  const taken: string[] = [];
  const close = () =>
    first.server.close({
      handOver: (stream) => {
        taken.push(stream.constructor.name);
        second.accept(stream);
      },
    });
  return { ...first, close, held, taken };
}

const HELD = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', REQUEST_URI: '/held' };

test.each(transports)('a kept connection goes on at another server, over %s', async (transport) => {
  const { close, connect, server, taken } = await pair(transport);
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  expect((await peer.answer(1)).body).toBe('first ');
  await close();
  expect(taken).toHaveLength(1);
  expect(server.stats().connections).toBe(0);
  peer.send(begin(1, { keepConn: true }), params(1, post(3)), stdin(1, 'abc'), stdin(1));
  expect((await peer.answer(1, 2)).body).toBe('second abc');
  expect(peer.isEnded).toBe(false);
});

test('a request that is under way ends where it began, with all others that come meanwhile', async () => {
  const { close, connect, held, taken } = await pair();
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: HELD }));
  await expect.poll(() => held.length).toBe(1);
  const closed = close();
  peer.send(request(2, { keepConn: true }));
  expect((await peer.answer(2)).body).toBe('first ');
  expect(taken).toEqual([]);
  held[0]?.();
  expect((await peer.answer(1)).body).toBe('first ');
  await closed;
  peer.send(request(1, { keepConn: true }));
  expect((await peer.answer(1, 2)).body).toBe('second ');
});

test('no byte of a request that has begun to come is lost', async () => {
  const { close, connect, taken } = await pair();
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  await peer.answer(1);
  const next = Buffer.concat([begin(1, { keepConn: true }), params(1, post(3)), stdin(1, 'abc'), stdin(1)]);
  peer.send(next.subarray(0, 5));
  await new Promise((resolve) => setImmediate(resolve));
  const closed = close();
  expect(taken).toEqual([]);
  peer.send(next.subarray(5));
  expect((await peer.answer(1, 2)).body).toBe('first abc');
  await closed;
  expect(taken).toHaveLength(1);
});

test('two requests in one chunk, the first of which is answered at once, are both answered', async () => {
  const { server, connect } = await start({
    responder: ({ stdout }) => void stdout.end(`${HEAD}answered`),
  });
  const second = createServer({ responder: ({ stdout }) => void stdout.end(`${HEAD}second`) });
  onTestFinished(() => second.close({ timeout: 0 }));
  const peer = await connect();
  const closed = server.close({ handOver: (stream) => second.accept(stream) });
  peer.send(Buffer.concat([request(1, { keepConn: true }), request(2, { keepConn: true })]));
  expect((await peer.answer(1)).body).toBe('answered');
  expect((await peer.answer(2)).body).toBe('answered');
  await closed;
  peer.send(request(1, { keepConn: true }));
  expect((await peer.answer(1, 2)).body).toBe('second');
});

test('a connection that is not to be kept, or is new, stays', async () => {
  const { close, connect, held, taken } = await pair();
  const [unkept, fresh] = [await connect(), await connect()];
  unkept.send(request(1, { params: HELD }));
  await expect.poll(() => held.length).toBe(1);
  const closed = close();
  fresh.send(request(1));
  expect((await fresh.answer(1)).body).toBe('first ');
  held[0]?.();
  expect((await unkept.answer(1)).body).toBe('first ');
  await expect.poll(() => unkept.isEnded && fresh.isEnded).toBe(true);
  unkept.finish();
  fresh.finish();
  await closed;
  expect(taken).toEqual([]);
});

test.each(transports)(
  'whoever takes a connection over can read it like any other stream, over %s',
  async (transport) => {
    const { server, connect } = await start(
      { responder: ({ stdout }) => void stdout.end(`${HEAD}first`) },
      transport,
    );
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.answer(1);
    const read: Buffer[] = [];
    await server.close({ handOver: (stream) => void stream.on('data', (bytes) => read.push(bytes)) });
    const sent = Buffer.alloc(300_000, 'one after the other');
    for (let from = 0; from < sent.length; from += 50_000) peer.send(sent.subarray(from, from + 50_000));
    await expect.poll(() => Buffer.concat(read).equals(sent)).toBe(true);
  },
);
