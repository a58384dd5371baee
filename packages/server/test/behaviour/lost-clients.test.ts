import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import {
  createServer,
  type FcgiRequestHandler,
  type FcgiServer,
  fromNodeListener,
  type NodeListener,
} from '@fcgi-js/server';
import { join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Harness, scratchFolder, start } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { GET, params, request } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';
const forever = () => new Promise<never>(() => {});
const ABORT = 2;

/** Serves with one kind of handler until the test is over. */
async function serve(
  responder: FcgiRequestHandler,
  address: string,
): Promise<[FcgiServer, () => Promise<Socket>]> {
  const server = createServer({ responder, onError: () => {} });
  onTestFinished(() => server.close({ timeout: 1 }));
  const at = await server.listen(
    address.replace('FOLDER', address.includes('FOLDER') ? scratchFolder() : ''),
  );
  const [, host, port] = /^tcp:(.*):(\d+)$/.exec(at) ?? [];
  const target = host === undefined ? { path: at.slice('unix:'.length) } : { host, port: Number(port) };
  return [
    server,
    () =>
      new Promise((resolve) => {
        const socket = dial({ ...target, allowHalfOpen: true });
        socket.once('connect', () => resolve(socket));
      }),
  ];
}

const addresses = ['unix:FOLDER/app.sock', 'tcp:127.0.0.1:0'];

describe.each(addresses)('on %s', (address) => {
  test.each<[string, FcgiRequestHandler]>([
    ['a raw handler', forever],
    ['a listener', fromNodeListener(() => {})],
    ['an event stream', fromNodeListener((_, res) => void res.writeHead(200).write('data: x\n\n'))],
  ])(
    'a web server that closes the connection frees it at once, though %s never ends',
    async (_, responder) => {
      const [server, open] = await serve(responder, address);
      for (let count = 0; count < 20; count += 1) {
        const socket = await open();
        socket.write(request(1));
        await expect.poll(() => server.stats().activeRequests).toBe(1);
        socket.destroy();
        // Long before limits.halfClosedTimeout, 10 s.
        await expect
          .poll(() => server.stats(), { timeout: 3_000 })
          .toMatchObject({ activeRequests: 0, connections: 0 });
      }
    },
  );

  test('one that only half-closes gets its answer, however late', async () => {
    const [, open] = await serve(async ({ signal, stdout, stderr }) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 500));
      stderr.write('a line\n');
      stdout.end(`${HEAD}late`);
    }, address);
    const peer = new Peer(await open());
    peer.send(request(1));
    peer.finish();
    expect(await peer.answer(1)).toMatchObject({ status: '200', body: 'late', appStatus: 0 });
  });
});

test('over TCP, one that half-closes gets the end of STDERR once, and no text after it', async () => {
  const [, open] = await serve(async ({ signal, stdout, stderr }) => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    stderr.write('too late\n');
    stdout.end(`${HEAD}answer`);
  }, 'tcp:127.0.0.1:0');
  const peer = new Peer(await open());
  peer.send(request(1));
  peer.finish();
  const answer = await peer.answer(1);
  const stderr = answer.records.filter(({ type }) => type === 7);
  expect(stderr.map(({ content }) => content.length)).toEqual([0]);
});

/** Requests whose clients have gone while their handlers go on. */
async function abandon(harness: Harness, count: number): Promise<void> {
  const peer = await harness.connect();
  for (let sent = 0; sent < count; sent += 1) peer.send(request(1, { keepConn: true }), record(ABORT, 1));
  await peer.until(() => peer.ends(1) >= count, 'all ends');
}

describe('requests whose client has gone', () => {
  /** Never ends, but for /quick. */
  const responder: FcgiRequestHandler = ({ params: received, stdout }) => {
    if (received.get('REQUEST_URI') !== '/quick') return forever();
    stdout.end(`${HEAD}quick`);
    return undefined;
  };
  const quick = { params: { ...GET, REQUEST_URI: '/quick' } };

  test('count for their connection: one peer cannot make any number of handlers run', async () => {
    const harness = await start({ responder, limits: { requestsPerConnection: 3 } });
    await abandon(harness, 10);
    expect(harness.server.stats()).toMatchObject({ totalRequests: 3, refusedRequests: 7 });
  });

  test('do not count against others: 20,000 that were begun and aborted at once leave the next client served', async () => {
    const harness = await start({ responder, limits: { requests: 5 } });
    await abandon(harness, 20_000);
    const next = await harness.connect();
    next.send(request(1, quick));
    expect((await next.answer(1)).body).toBe('quick');
    expect(harness.server.stats()).toMatchObject({ totalRequests: 1_025, refusedRequests: 20_000 - 1_024 });
  });

  test.each<[string, NodeListener]>([
    ['asynchronous', forever],
    ['that answers by and by', (_, res) => void res.write('some')],
  ])('count for their connection with a Node listener, too: one %s', async (_name, listener) => {
    const harness = await start({
      responder: fromNodeListener(listener),
      limits: { requestsPerConnection: 3 },
    });
    await abandon(harness, 20_000);
    expect(harness.server.stats()).toMatchObject({ totalRequests: 3, refusedRequests: 19_997 });
    const next = await harness.connect();
    next.send(request(1));
    await expect.poll(() => harness.server.stats().totalRequests).toBe(4);
  });

  test.each<[string, NodeListener]>([
    ['ends its response', (_, res) => void res.on('close', () => res.end())],
    ['returns', async (_, res) => void (await once(res, 'close'))],
  ])('count no longer when their Node listener %s', async (_name, listener) => {
    const node = fromNodeListener(listener);
    const { connect } = await start({
      responder: (each) => (each.params.get('REQUEST_URI') === '/quick' ? responder(each) : node(each)),
      limits: { requestsPerConnection: 1 },
    });
    const peer = await connect();
    let answers = 0;
    for (let round = 0; round < 3; round += 1) {
      peer.send(request(1, { keepConn: true }), record(ABORT, 1));
      answers += 1;
      await peer.answer(1, answers);
      // `close` comes in a turn of its own.
      const next = async () => {
        peer.send(request(1, { ...quick, keepConn: true }));
        answers += 1;
        return (await peer.answer(1, answers)).body;
      };
      await expect.poll(next).toBe('quick');
    }
  });

  test('do not count against others where they half-closed and may still read', async () => {
    const harness = await start({ responder, limits: { requests: 3 } }, 'a Unix socket');
    const peers = await Promise.all([1, 2, 3].map(() => harness.connect()));
    for (const peer of peers) peer.send(request(1));
    await expect.poll(() => harness.server.stats().activeRequests).toBe(3);
    const next = await harness.connect();
    next.send(request(1, { ...quick, keepConn: true }));
    expect((await next.answer(1)).protocolStatus).toBe(2);
    for (const peer of peers) peer.finish();
    await expect
      .poll(async () => {
        const late = await harness.connect();
        late.send(request(1, quick));
        return (await late.answer(1)).body;
      })
      .toBe('quick');
    expect(harness.server.stats().activeRequests).toBe(3);
  });

  test('give their places back when their connection closes, once', async () => {
    const harness = await start({ responder, limits: { requests: 2 } }, 'a Unix socket');
    for (let round = 0; round < 3; round += 1) {
      const peers = [await harness.connect(), await harness.connect()];
      for (const peer of peers) peer.send(join(request(1), params(9)));
      await expect.poll(() => harness.server.stats().activeRequests).toBe(2);
      for (const peer of peers) peer.leave();
      await expect.poll(() => harness.server.stats().activeRequests).toBe(0);
    }
  });
});
