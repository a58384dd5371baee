import { PassThrough } from 'node:stream';
import { createServer, type FcgiRequest, type FcgiServer, fromNodeListener } from '@fcgi-js/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dialAddress, type Harness, scratchFolder, start, transports } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { pass, settle, stopTime } from '../support/time.ts';
import { begin, params, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

/** A server whose requests end when the test says so. */
async function held(
  transport = transports[0]!,
): Promise<Harness & { requests: FcgiRequest[]; release: () => void }> {
  const requests: FcgiRequest[] = [];
  const releases: Array<() => void> = [];
  const harness = await start(
    {
      responder: (each) => {
        requests.push(each);
        return new Promise((resolve) => {
          releases.push(() => {
            each.stdout.end(`${HEAD}released`);
            resolve();
          });
        });
      },
    },
    transport,
  );
  return { ...harness, requests, release: () => releases.splice(0).forEach((release) => void release()) };
}

/** Whether a promise has been resolved by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  await settle();
  return Promise.race([promise.then(() => true), Promise.resolve(false)]);
}

test('close() without an end to its patience waits for as long as a request takes', async () => {
  const { connect, requests, release, server } = await held();
  const peer = await connect();
  peer.send(request(1));
  await expect.poll(() => requests.length).toBe(1);
  const closed = server.close({ timeout: Number.POSITIVE_INFINITY });
  // Node's timers take a time that is too long for one that is over at once.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await isSettled(closed)).toBe(false);
  release();
  expect((await peer.answer(1)).body).toBe('released');
  peer.finish();
  await closed;
});

test.each(transports.filter((each) => each !== 'an in-memory pair'))(
  'close() tells when it accepts no more, while requests still run, over %s',
  async (transport) => {
    const { connect, requests, release, server } = await held(transport);
    const peer = await connect();
    peer.send(request(1));
    await expect.poll(() => requests.length).toBe(1);
    let closed = Promise.resolve();
    await new Promise<void>((resolve) => {
      closed = server.close({ onListenersClosed: resolve });
    });
    await expect(connect()).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    release();
    expect((await peer.answer(1)).body).toBe('released');
    peer.finish();
    await closed;
  },
);

test('a server that has closed neither listens nor accepts', async () => {
  const { server } = await start({ responder: () => {} });
  await server.close();
  await expect(server.listen('127.0.0.1:0')).rejects.toMatchObject({
    code: 'FCGI_SERVER_CLOSED',
    scope: 'server',
  });
  const stream = new PassThrough();
  expect(() => server.accept(stream)).toThrow(expect.objectContaining({ code: 'FCGI_SERVER_CLOSED' }));
  expect(stream.destroyed).toBe(false);
});

test('a server is closed at the end of a block with "await using"', async () => {
  let left: FcgiServer;
  {
    await using server = createServer({ responder: () => {} });
    left = server;
    await server.listen('127.0.0.1:0');
  }
  await expect(left.listen('127.0.0.1:0')).rejects.toMatchObject({ code: 'FCGI_SERVER_CLOSED' });
});

describe.each(transports)('close(), over %s', (transport) => {
  test('lets running requests end, and resolves when their connections are gone', async () => {
    const { connect, requests, release, server } = await held(transport);
    const [kept, other] = [await connect(), await connect()];
    kept.send(request(1, { keepConn: true }), request(2, { keepConn: true }));
    other.send(request(1));
    await expect.poll(() => requests.length).toBe(3);
    const closed = server.close();
    expect(await isSettled(closed)).toBe(false);
    expect(requests.some(({ aborted }) => aborted)).toBe(false);
    release();
    expect((await kept.answer(1)).body).toBe('released');
    expect((await kept.answer(2)).body).toBe('released');
    expect((await other.answer(1)).body).toBe('released');
    await kept.ended();
    kept.finish();
    other.finish();
    await closed;
    expect(server.stats()).toMatchObject({ activeRequests: 0, connections: 0 });
  });

  test('ends kept connections that are idle', async () => {
    const { connect, server } = await start(
      {
        responder: ({ stdout }) => {
          stdout.end(HEAD);
        },
      },
      transport,
    );
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.answer(1);
    const closed = server.close();
    await peer.ended();
    peer.finish();
    await closed;
  });
});

describe('close()', () => {
  test('of a server without connections resolves at once, and again', async () => {
    const { server } = await start({ responder: () => {} });
    await server.close();
    await server.close();
    expect(server.stats().connections).toBe(0);
  });

  test('called twice waits for the same end', async () => {
    const { connect, requests, release, server } = await held();
    const peer = await connect();
    peer.send(request(1));
    await expect.poll(() => requests.length).toBe(1);
    const [first, second] = [server.close(), server.close({ timeout: 1 })];
    release();
    await peer.ended();
    peer.finish();
    await Promise.all([first, second]);
  });

  test('still serves what comes on a busy connection before its last request ends', async () => {
    const { connect, requests, release, server } = await held();
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => requests.length).toBe(1);
    const closed = server.close();
    peer.send(request(2, { keepConn: true }));
    await expect.poll(() => requests.length).toBe(2);
    release();
    await peer.answer(1);
    await peer.answer(2);
    await peer.ended();
    peer.finish();
    await closed;
  });

  test('lets a body that is under way come', async () => {
    const { connect, server } = await start({
      responder: async ({ stdin: body, stdout }) => {
        stdout.end(`${HEAD}${Buffer.concat(await body.toArray())}`);
      },
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(6)), stdin(1, 'abc'));
    await expect.poll(() => server.stats().activeRequests).toBe(1);
    const closed = server.close();
    peer.send(stdin(1, 'def'), stdin(1));
    expect((await peer.answer(1)).body).toBe('abcdef');
    await peer.ended();
    peer.finish();
    await closed;
  });

  test('refuses to listen any more', async () => {
    const { server } = await start({ responder: () => {} });
    await server.close();
    await expect(server.listen('127.0.0.1:0')).rejects.toThrow(/closed/);
  });

  test('waits for what a Node listener still writes', async () => {
    const { connect, server } = await start({
      responder: fromNodeListener((_, res) => {
        res.write('one ');
        setTimeout(() => res.end('two'), 30);
      }),
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.until(() => peer.stdout(1).endsWith('one '), 'the beginning');
    const closed = server.close();
    expect((await peer.answer(1)).body).toBe('one two');
    await peer.ended();
    peer.finish();
    await closed;
  });
});

describe('close() and time', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('ends what is still running after its time-out', async () => {
    stopTime();
    const { connect, requests, server } = await held();
    const peer = await connect();
    peer.send(request(1));
    await settle();
    const closed = server.close({ timeout: 3_000 });
    await pass(2_900);
    expect(requests[0]!.aborted).toBe(false);
    await pass(200);
    expect(requests[0]!.aborted).toBe(true);
    expect(peer.isClosed).toBe(true);
    await closed;
    expect(server.stats()).toMatchObject({ activeRequests: 0, connections: 0 });
  });

  test('gives a connection that was just opened a second for its first request', async () => {
    stopTime();
    const { connect, release, requests, server } = await held();
    const [quick, slow] = [await connect(), await connect()];
    const closed = server.close();
    await pass(500);
    expect(quick.isEnded).toBe(false);
    quick.send(request(1, { keepConn: true }));
    await settle();
    expect(requests).toHaveLength(1);
    await pass(1_000);
    expect(slow.isEnded).toBe(true);
    expect(quick.isEnded).toBe(false);
    release();
    expect((await quick.answer(1)).body).toBe('released');
    await quick.ended();
    quick.finish();
    slow.finish();
    await closed;
  });

  test('gives a connection that has just had a request a second for one more, which is the last', async () => {
    stopTime();
    const { connect, server } = await start({
      responder: ({ stdout }) => {
        stdout.end(HEAD);
      },
    });
    const [busy, quiet, idle] = [await connect(), await connect(), await connect()];
    idle.send(request(1, { keepConn: true }));
    await idle.answer(1);
    await pass(2_000);
    for (const peer of [busy, quiet]) {
      peer.send(request(1, { keepConn: true }));
      await peer.answer(1);
    }
    const closed = server.close();
    await settle();
    expect([busy.isEnded, quiet.isEnded, idle.isEnded]).toEqual([false, false, true]);
    busy.send(request(2, { keepConn: true }));
    await busy.answer(2);
    await settle();
    expect([busy.isEnded, quiet.isEnded]).toEqual([true, false]);
    await pass(1_500);
    expect(quiet.isEnded).toBe(true);
    for (const peer of [busy, quiet, idle]) peer.finish();
    await closed;
  });
});

test('close() under load: of all requests that were accepted, none is lost', async () => {
  const { server } = await start({
    responder: async ({ stdin: body, stdout }) => {
      await body.toArray();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      stdout.end(`${HEAD}${'x'.repeat(50_000)}`);
    },
  });
  const address = await server.listen(`unix:${scratchFolder()}/app.sock`);
  const outcomes = { refused: 0, served: 0, lost: 0 };
  let closing = false;

  const client = async () => {
    while (!closing) {
      let peer: Peer;
      try {
        peer = new Peer(await dialAddress(address));
      } catch {
        // Nobody listens any more: the web server can ask another application.
        outcomes.refused += 1;
        return;
      }
      peer.send(request(1, { params: post(3), body: 'abc' }));
      try {
        const { body } = await peer.answer(1);
        if (body.length === 50_000) outcomes.served += 1;
        else outcomes.lost += 1;
      } catch {
        outcomes.lost += 1;
      }
      peer.leave();
    }
  };
  const clients = Array.from({ length: 20 }, client);
  await expect.poll(() => outcomes.served).toBeGreaterThan(200);
  const closed = server.close();
  await closed;
  closing = true;
  await Promise.all(clients);
  expect(outcomes.lost).toBe(0);
  expect(server.stats()).toMatchObject({ activeRequests: 0, connections: 0 });
});
