import type { FcgiRequest, ServerLimits } from '@fcgi-js/server';
import { pair, pattern, record } from 'test-support';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { start } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { pass, settle, stopTime } from '../support/time.ts';
import { begin, GET, params, paramsRecord, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

function answer({ stdout }: FcgiRequest): void {
  stdout.end(`${HEAD}served`);
}

async function readAndAnswer({ stdin: body, stdout }: FcgiRequest): Promise<void> {
  const chunks = await body.toArray();
  stdout.end(`${HEAD}${Buffer.concat(chunks).length}`);
}

const OVERLOADED = { status: '503 Service Unavailable', protocolStatus: 2, body: '' };

describe('limits.paramsBytes', () => {
  // "NAME" and its value, with their lengths.
  const one = pair('NAME', 'x'.repeat(94));

  test('N bytes are served, in one record or in many', async () => {
    expect(one).toHaveLength(100);
    const { connect } = await start({ responder: answer, limits: { paramsBytes: 100 } });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), record(4, 1, one), record(4, 1), stdin(1));
    expect(await peer.answer(1)).toMatchObject({ body: 'served' });
    peer.send(
      begin(1, { keepConn: true }),
      ...Array.from(one, (byte) => record(4, 1, [byte])),
      record(4, 1),
      stdin(1),
    );
    expect(await peer.answer(1, 2)).toMatchObject({ body: 'served' });
  });

  test('N + 1 bytes are answered with 431, before their end has come', async () => {
    const { connect, codes } = await start({ responder: answer, limits: { paramsBytes: 99 } });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), record(4, 1, one));
    expect(await peer.answer(1)).toMatchObject({
      status: '431 Request Header Fields Too Large',
      protocolStatus: 0,
      stderr: expect.stringContaining(
        'exceed 99 bytes, which is limits.paramsBytes (fcgi run --limit paramsBytes=VALUE)',
      ),
    });
    expect(codes()).toEqual(['FCGI_PARAMS_TOO_LARGE']);
    peer.send(record(4, 1), stdin(1), begin(1, { keepConn: true }), params(1, { A: '1' }), stdin(1));
    expect(await peer.answer(1, 2)).toMatchObject({ body: 'served' });
  });

  test('of one request do not count for the next', async () => {
    const { connect } = await start({ responder: answer, limits: { paramsBytes: 100 } });
    const peer = await connect();
    for (let i = 1; i <= 50; i += 1) {
      peer.send(begin(1, { keepConn: true }), record(4, 1, one), record(4, 1), stdin(1));
      expect(await peer.answer(1, i)).toMatchObject({ body: 'served' });
    }
  });
});

describe('limits.paramsCount', () => {
  const pairsOf = (count: number) => Array.from({ length: count }, (_, index) => [`N${index}`, ''] as const);

  test('N params are served', async () => {
    const { connect } = await start({ responder: answer, limits: { paramsCount: 50 } });
    const peer = await connect();
    peer.send(request(1, { params: pairsOf(50) }));
    expect(await peer.answer(1)).toMatchObject({ body: 'served' });
  });

  test('N + 1 params are answered with 431', async () => {
    const { connect, codes } = await start({ responder: answer, limits: { paramsCount: 50 } });
    const peer = await connect();
    peer.send(request(1, { params: pairsOf(51), keepConn: true }));
    expect(await peer.answer(1)).toMatchObject({ status: '431 Request Header Fields Too Large' });
    expect(codes()).toEqual(['FCGI_PARAMS_TOO_LARGE']);
  });
});

describe('limits.incompleteParamsBytes', () => {
  const limits = { incompleteParamsBytes: 1_000 };
  const filler = (length: number) => record(4, 1, new Uint8Array(length));

  test('N bytes of params that are not complete may wait, over all connections', async () => {
    const { connect } = await start({ responder: answer, limits });
    const peers = [await connect(), await connect()];
    for (const peer of peers) peer.send(begin(1), filler(500));
    await settle();
    expect(peers.map((peer) => peer.ends(1))).toEqual([0, 0]);
  });

  test('the request that brings byte N + 1 is answered with 503 and FCGI_OVERLOADED', async () => {
    const { connect, codes } = await start({ responder: answer, limits });
    const [first, second] = [await connect(), await connect()];
    first.send(begin(1), filler(500));
    second.send(begin(1), filler(501));
    expect(await second.answer(1)).toMatchObject(OVERLOADED);
    expect(codes()).toEqual(['FCGI_REQUESTS_EXCEEDED']);
    await settle();
    expect(first.ends(1)).toBe(0);
  });

  test('bytes of a request that is complete, aborted or lost wait no more', async () => {
    const { connect, server } = await start({ responder: answer, limits });
    const list = { FILLER: 'x'.repeat(880) };
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: list }));
    expect(await peer.answer(1)).toMatchObject({ body: 'served' });
    peer.send(begin(1, { keepConn: true }), paramsRecord(1, list), record(2, 1));
    await peer.answer(1, 2);
    const leaving = await connect();
    leaving.send(begin(1), paramsRecord(1, list));
    await settle();
    leaving.leave();
    await expect.poll(() => server.stats().connections).toBe(1);
    peer.send(request(1, { keepConn: true, params: list }));
    expect(await peer.answer(1, 3)).toMatchObject({ body: 'served' });
  });
});

describe('limits.bodyBytes', () => {
  const limits = { bodyBytes: 1_000 };

  test('a body of N bytes is served, whether its length is known or not', async () => {
    const { connect } = await start({ responder: readAndAnswer, limits });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(1_000), body: pattern(1_000) }));
    expect(await peer.answer(1)).toMatchObject({ body: '1000' });
    peer.send(request(1, { keepConn: true, params: post(-1), body: pattern(1_000) }));
    expect(await peer.answer(1, 2)).toMatchObject({ body: '1000' });
  });

  test('an announced body of N + 1 bytes is answered with 413 before it comes', async () => {
    const { connect, codes, server } = await start({ responder: readAndAnswer, limits });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(1_001)));
    expect(await peer.answer(1)).toMatchObject({ status: '413 Content Too Large', protocolStatus: 0 });
    expect(codes()).toEqual(['FCGI_BODY_TOO_LARGE']);
    expect(server.stats().totalRequests).toBe(0);
  });

  test('a body of unknown length that has N + 1 bytes is answered with 413, and the application is told', async () => {
    const requests: FcgiRequest[] = [];
    const { connect, codes } = await start({
      responder: (each) => {
        requests.push(each);
        return readAndAnswer(each);
      },
      limits,
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(-1), body: pattern(1_001) }));
    expect(await peer.answer(1)).toMatchObject({ status: '413 Content Too Large', appStatus: 1 });
    expect(codes()).toContain('FCGI_BODY_TOO_LARGE');
    expect(requests[0]!.signal.reason).toMatchObject({ code: 'FCGI_BODY_TOO_LARGE' });
  });

  test('a body that becomes too large after the answer has begun breaks it off', async () => {
    const { connect } = await start({
      responder: async ({ stdin: body, stdout }) => {
        stdout.write(HEAD);
        for await (const chunk of body) stdout.write(chunk);
      },
      limits,
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)), stdin(1, pattern(1_000)));
    await peer.until(() => peer.stdout(1).length === HEAD.length + 1_000, 'the beginning');
    peer.send(stdin(1, 'x'));
    await peer.ended();
    expect(peer.ends(1)).toBe(0);
  });

  test('by default is no limit', async () => {
    const { connect } = await start({ responder: answer });
    const peer = await connect();
    peer.send(begin(1), params(1, post(999_999_999_999_999)));
    expect(await peer.answer(1)).toMatchObject({ body: 'served' });
  });
});

describe('limits.headBytes', () => {
  const headOf = (length: number) => `A: ${'b'.repeat(length - 7)}\r\n\r\n`;

  test('a head of N bytes that a handler writes itself is sent', async () => {
    const { connect } = await start({
      responder: ({ stdout }) => void stdout.end(`${headOf(500)}body`),
      limits: { headBytes: 500 },
    });
    const peer = await connect();
    peer.send(request(1));
    expect(await peer.answer(1)).toMatchObject({ body: 'body', stdout: `${headOf(500)}body` });
  });

  test('a head of N + 1 bytes is answered with 500', async () => {
    const { connect, codes } = await start({
      responder: ({ stdout }) => void stdout.end(`${headOf(501)}body`),
      limits: { headBytes: 500 },
    });
    const peer = await connect();
    peer.send(request(1));
    expect(await peer.answer(1)).toMatchObject({ status: '500 Internal Server Error' });
    expect(codes()).toEqual(['FCGI_RESPONSE_HEAD_INVALID']);
  });
});

describe('limits.discardBytes', () => {
  const limits = { discardBytes: 1_000 };

  test('N bytes of a request that has ended leave the connection open', async () => {
    const { connect } = await start({ responder: answer, limits });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(5_000)));
    await peer.answer(1);
    peer.send(stdin(1, pattern(1_000)), request(2, { keepConn: true }));
    expect(await peer.answer(2)).toMatchObject({ body: 'served' });
  });

  test('N + 1 bytes end it, in peace', async () => {
    const { connect, errors } = await start({ responder: answer, limits });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(5_000)));
    await peer.answer(1);
    peer.send(stdin(1, pattern(1_001)));
    await peer.ended();
    expect(errors).toEqual([]);
  });

  test('after the end of the connection N bytes more are read, and N + 1 are not', async () => {
    const { connect, server } = await start({ responder: answer, limits });
    const peer = await connect();
    peer.send(request(1));
    await peer.ended();
    peer.send(pattern(1_000));
    await settle();
    expect(server.stats().connections).toBe(1);
    peer.send('x');
    await expect.poll(() => server.stats().connections).toBe(0);
  });
});

describe('limits of time, in a connection with a clock that stands still', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  // Time-outs are looked at ten times a second, so that they are exact to a tenth of a second.
  const TICK = 100;

  /** A connection on which something is waited for, and what shows that the wait has ended. */
  type Wait = (peer: Peer, limits: ServerLimits) => () => boolean;

  const waits: ReadonlyArray<readonly [keyof ServerLimits, number, Wait]> = [
    ['idleTimeout', 20_000, (peer) => () => peer.isEnded],
    [
      'incompleteRequestTimeout',
      5_000,
      (peer) => {
        peer.send(begin(1));
        return () => peer.ends(1) === 1;
      },
    ],
    [
      'bodyStallTimeout',
      7_000,
      (peer) => {
        peer.send(begin(1), params(1, post(1)));
        return () => peer.ends(1) === 1;
      },
    ],
    [
      'writeStallTimeout',
      9_000,
      (peer) => {
        peer.stream.pause();
        peer.send(request(1, { params: { ...GET, REQUEST_URI: '/large' } }));
        return () => peer.isClosed;
      },
    ],
    [
      'lingerTimeout',
      3_000,
      (peer) => {
        peer.send(request(1));
        return () => peer.isClosed;
      },
    ],
    [
      'halfClosedTimeout',
      4_000,
      (peer) => {
        peer.send(request(1, { params: { ...GET, REQUEST_URI: '/never' } }));
        peer.finish();
        return () => peer.isClosed;
      },
    ],
  ];

  test.each(waits)(
    '%s: shortly before N (%i ms) it is waited, and at N no longer',
    async (name, limit, wait) => {
      stopTime();
      const limits = { [name]: limit };
      const { connect } = await start({
        responder: (each) => {
          const uri = each.params.get('REQUEST_URI');
          if (uri === '/never') return new Promise(() => {});
          if (uri === '/large') {
            each.stdout.write(`${HEAD}${'x'.repeat(1_000_000)}`);
            return new Promise(() => {});
          }
          return readAndAnswer(each);
        },
        limits,
      });
      const peer = await connect();
      const isOver = wait(peer, limits);
      await settle();
      await pass(limit - 2 * TICK);
      expect(isOver()).toBe(false);
      await pass(4 * TICK);
      expect(isOver()).toBe(true);
    },
  );
});
