import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { type Harness, start, type Transport, transports } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { begin, params, paramsRecord, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

/** How a web server goes away. */
const departures: ReadonlyArray<readonly [string, (peer: Peer) => void]> = [
  ['sends its FIN', (peer) => peer.finish()],
  ['closes', (peer) => peer.leave()],
  ['resets the connection', (peer) => peer.reset()],
];

/** A server whose handler waits for ever, with the requests it got. */
async function waiting(transport: Transport): Promise<Harness & { requests: FcgiRequest[] }> {
  const requests: FcgiRequest[] = [];
  const harness = await start(
    {
      responder: (each) => {
        requests.push(each);
        return new Promise((resolve) => {
          each.signal.addEventListener('abort', () => resolve());
        });
      },
    },
    transport,
  );
  return { ...harness, requests };
}

describe.each(transports)('over %s', (transport) => {
  describe.each(departures)('a web server that %s', (_, depart) => {
    test('aborts every request of its connection, and nothing of them stays', async () => {
      const { connect, requests, server } = await waiting(transport);
      const peer = await connect();
      peer.send(request(1, { keepConn: true }), begin(2), begin(3), params(3, post(9)), stdin(3, 'abc'));
      await expect.poll(() => requests.length).toBe(2);
      depart(peer);
      await expect.poll(() => requests.map(({ aborted }) => aborted)).toEqual([true, true]);
      for (const { signal } of requests) {
        expect(signal.reason).toMatchObject({ code: 'FCGI_CONNECTION_LOST', scope: 'connection' });
      }
      await expect.poll(() => server.stats()).toMatchObject({ activeRequests: 0, connections: 0 });
    });

    test('between two requests is nobody the worse for it', async () => {
      const { connect, server, errors } = await start(
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
      depart(peer);
      await expect.poll(() => server.stats().connections).toBe(0);
      expect(errors).toEqual([]);
    });

    test('in the middle of a record is nobody the worse for it', async () => {
      const { connect, server, requests } = await waiting(transport);
      const peer = await connect();
      peer.send(begin(1), paramsRecord(1).subarray(0, 11));
      await expect.poll(() => server.stats().connections).toBe(1);
      depart(peer);
      await expect.poll(() => server.stats().connections).toBe(0);
      expect(requests).toEqual([]);
    });
  });
});

describe.each(transports)('a web server that half-closes after its request, over %s', (transport) => {
  test('still gets the answer that is written nonetheless', async () => {
    const { connect } = await start(
      {
        responder: async ({ signal, stdout }) => {
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          stdout.write(`${HEAD}first `);
          await nextTurn();
          stdout.end('second');
        },
      },
      transport,
    );
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    peer.finish();
    expect((await peer.answer(1)).body).toBe('first second');
    await peer.closed();
    expect(peer.error).toBeUndefined();
  });

  test('gets all answers of its connection before it is closed', async () => {
    const { connect } = await start(
      {
        responder: async ({ requestId, stdout }) => {
          for (let i = 0; i < requestId; i += 1) await nextTurn();
          stdout.end(`${HEAD}${requestId}`);
        },
      },
      transport,
    );
    const peer = await connect();
    peer.send(...[5, 3, 1].map((id) => request(id, { keepConn: true })));
    peer.finish();
    for (const id of [5, 3, 1]) expect((await peer.answer(id)).body).toBe(`${id}`);
    await peer.closed();
  });

  test('gets the answer of a Node listener', async () => {
    const { connect } = await start(
      {
        responder: fromNodeListener((_, res) => {
          setTimeout(() => res.end('late answer'), 30);
        }),
      },
      transport,
    );
    const peer = await connect();
    peer.send(request(1));
    peer.finish();
    expect((await peer.answer(1)).body).toContain('late answer');
  });
});

describe('a lost connection', () => {
  test('fails a body that was not complete, and leaves one that was readable', async () => {
    const requests: FcgiRequest[] = [];
    const { connect } = await start(
      {
        responder: (each) => {
          requests.push(each);
          return new Promise(() => {});
        },
      },
      'TCP',
    );
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(9)), stdin(1, 'abc'));
    peer.send(request(2, { keepConn: true, params: post(3), body: 'def' }));
    await expect.poll(() => requests.length).toBe(2);
    const reading = requests[0]!.stdin.toArray();
    peer.reset();
    await expect(reading).rejects.toMatchObject({ code: 'FCGI_CONNECTION_LOST' });
    expect(Buffer.concat(await requests[1]!.stdin.toArray()).toString()).toBe('def');
  });

  test('stops what is piped into the answer', async () => {
    let produced = 0;
    let outcome: unknown = 'runs';
    const { connect } = await start(
      {
        responder: async ({ stdout }) => {
          stdout.write(HEAD);
          const endless = (async function* () {
            for (;;) {
              produced += 1;
              // Lets the rest of this process go on, so that the test fails rather than hangs.
              if (produced % 100 === 0) await nextTurn();
              if (produced > 100_000) return;
              yield Buffer.alloc(16_384);
            }
          })();
          outcome = await pipeline(endless, stdout).then(
            () => 'ended by itself',
            () => 'stopped',
          );
        },
      },
      'TCP',
    );
    const peer = await connect();
    peer.send(request(1));
    await peer.until(() => peer.receivedBytes > 100_000, 'some of the answer');
    peer.reset();
    await expect.poll(() => outcome).not.toBe('runs');
    expect(outcome).toBe('stopped');
  });

  test('is told to nobody but the application: browsers leave all the time', async () => {
    const { connect, requests, codes, server } = await waiting('TCP');
    const [idle, busy] = [await connect(), await connect()];
    busy.send(request(1));
    await expect.poll(() => requests.length).toBe(1);
    idle.reset();
    busy.reset();
    await expect.poll(() => server.stats().connections).toBe(0);
    expect(requests[0]!.signal.reason).toMatchObject({ code: 'FCGI_CONNECTION_LOST' });
    expect(codes()).toEqual([]);
  });

  test('after the answer was written is no error, as when HAProxy closes before END_REQUEST', async () => {
    const { connect, server, errors } = await start(
      {
        responder: ({ stdout }) => {
          stdout.end(`${HEAD}${'x'.repeat(1_000)}`);
        },
      },
      'TCP',
    );
    for (let i = 0; i < 20; i += 1) {
      const peer = await connect();
      peer.send(request(1, { keepConn: true }));
      await peer.until(() => peer.stdout(1).length > 0, 'the answer');
      peer.reset();
    }
    await expect.poll(() => server.stats().connections).toBe(0);
    expect(errors).toEqual([]);
  });

  test('calls back whoever wrote to it', async () => {
    const called: string[] = [];
    const { connect, requests } = await waiting('an in-memory pair');
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1));
    await expect.poll(() => requests.length).toBe(1);
    const { stdout } = requests[0]!;
    stdout.write(`${HEAD}${'x'.repeat(200_000)}`, () => called.push('before'));
    await nextTurn();
    expect(called).toEqual([]);
    peer.leave();
    await expect.poll(() => called).toEqual(['before']);
  });
});
