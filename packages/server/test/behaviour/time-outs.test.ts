import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { pattern } from 'test-support';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { start } from '../support/harness.ts';
import { pass, settle, stopTime } from '../support/time.ts';
import { begin, GET, params, paramsRecord, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
});

function answerAtOnce({ stdout }: FcgiRequest): void {
  stdout.end(`${HEAD}answered`);
}

const never = () => new Promise<void>(() => {});

describe('a connection with no request on it', () => {
  test('is closed after limits.idleTimeout, in peace', async () => {
    const { connect, errors, server } = await start({
      responder: answerAtOnce,
      limits: { idleTimeout: 5_000 },
    });
    const peer = await connect();
    await pass(4_800);
    expect(peer.isEnded).toBe(false);
    await pass(400);
    expect(peer.isEnded).toBe(true);
    peer.finish();
    await settle();
    expect(server.stats().connections).toBe(0);
    expect(errors).toEqual([]);
  });

  test('is counted from the end of its last request', async () => {
    const { connect } = await start({ responder: answerAtOnce, limits: { idleTimeout: 5_000 } });
    const peer = await connect();
    for (let i = 1; i <= 4; i += 1) {
      await pass(4_000);
      peer.send(request(1, { keepConn: true }));
      await peer.answer(1, i);
    }
    await pass(4_800);
    expect(peer.isEnded).toBe(false);
    await pass(400);
    expect(peer.isEnded).toBe(true);
  });

  test('is not closed while an application takes its time', async () => {
    const { connect } = await start({ responder: never, limits: { idleTimeout: 5_000 } });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await pass(60_000);
    expect(peer.isEnded).toBe(false);
  });
});

describe('a request whose params do not come', () => {
  const limits = { incompleteRequestTimeout: 3_000 };

  test('is answered with 408 after limits.incompleteRequestTimeout', async () => {
    const { connect, codes, server } = await start({ responder: answerAtOnce, limits });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), paramsRecord(1));
    await pass(2_800);
    expect(peer.ends(1)).toBe(0);
    await pass(400);
    expect(peer.answers(1)[0]).toMatchObject({ status: '408 Request Timeout', protocolStatus: 0 });
    expect(codes()).toEqual(['FCGI_PARAMS_TIMEOUT']);
    expect(server.stats().refusedRequests).toBe(1);
    // The ID is free, and the connection goes on.
    peer.send(request(1, { keepConn: true }));
    expect((await peer.answer(1, 2)).body).toBe('answered');
  });

  test('gets no more time by a pair now and then', async () => {
    const { connect } = await start({ responder: answerAtOnce, limits });
    const peer = await connect();
    peer.send(begin(1));
    for (let i = 0; i < 20; i += 1) {
      peer.send(paramsRecord(1, { A: `${i}` }));
      await pass(200);
    }
    expect(peer.answers(1)[0]).toMatchObject({ status: '408 Request Timeout' });
    expect(peer.isEnded).toBe(true);
  });

  test('does not take others on its connection with it', async () => {
    const { connect } = await start({
      responder: (each) => (each.requestId === 2 ? never() : answerAtOnce(each)),
      limits,
    });
    const peer = await connect();
    peer.send(request(2, { keepConn: true }), begin(1, { keepConn: true }));
    await pass(4_000);
    expect(peer.answers(1)[0]).toMatchObject({ status: '408 Request Timeout' });
    expect(peer.ends(2)).toBe(0);
    expect(peer.isEnded).toBe(false);
  });
});

describe('a record that does not become complete', () => {
  test('ends the connection where there is no request to be answered', async () => {
    const { connect, server } = await start({
      responder: answerAtOnce,
      limits: { incompleteRequestTimeout: 3_000 },
    });
    const peer = await connect();
    for (const byte of begin(1).subarray(0, 15)) {
      peer.send([byte]);
      await pass(100);
    }
    expect(peer.isClosed).toBe(false);
    await pass(2_000);
    expect(peer.isClosed).toBe(true);
    expect(server.stats().connections).toBe(0);
  });
});

describe('a body that does not come', () => {
  const limits = { bodyStallTimeout: 4_000 };

  test('and that is waited for is answered with 408 after limits.bodyStallTimeout', async () => {
    const requests: FcgiRequest[] = [];
    const { connect, codes } = await start({
      responder: async (each) => {
        requests.push(each);
        await each.stdin.toArray();
      },
      limits,
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(10)), stdin(1, 'abc'));
    await pass(3_800);
    expect(peer.ends(1)).toBe(0);
    await pass(400);
    expect(peer.answers(1)[0]).toMatchObject({ status: '408 Request Timeout', appStatus: 1 });
    expect(requests[0]!.signal.aborted).toBe(true);
    expect(requests[0]!.signal.reason).toMatchObject({ code: 'FCGI_BODY_TIMEOUT' });
    expect(codes()).toContain('FCGI_BODY_TIMEOUT');
    expect(peer.isEnded).toBe(false);
  });

  test('gets more time with every byte', async () => {
    const { connect } = await start({
      responder: async ({ stdin: body, stdout }) => {
        const chunks = await body.toArray();
        stdout.write(`${HEAD}${chunks.length}`);
      },
      limits,
    });
    const peer = await connect();
    peer.send(begin(1), params(1, post(10)));
    for (let i = 0; i < 10; i += 1) {
      await pass(3_500);
      peer.send(stdin(1, 'x'));
    }
    expect((await peer.answer(1)).body).toBe('10');
  });

  test('is not waited for by an application that does not read: that may take all the time', async () => {
    const { connect } = await start({ responder: never, limits });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(10)));
    await pass(60_000);
    expect(peer.records).toEqual([]);
    expect(peer.isEnded).toBe(false);
  });

  test('is not missed while the connection is not being read', async () => {
    const requests: FcgiRequest[] = [];
    const { connect } = await start({
      responder: (each) => {
        requests.push(each);
        return never();
      },
      limits: { ...limits, requestBufferBytes: 50_000, connectionBufferBytes: 50_000 },
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(1_000_000)));
    peer.send(begin(2, { keepConn: true }), params(2, post(10)));
    await settle();
    requests[1]!.stdin.on('error', () => {}).resume();
    peer.send(stdin(1, pattern(65_000)));
    await pass(20_000);
    expect(requests[1]!.aborted).toBe(false);
  });

  test('after the answer has begun breaks it off', async () => {
    const { connect } = await start({
      responder: async ({ stdin: body, stdout }) => {
        stdout.write(`${HEAD}begun`);
        for await (const chunk of body) stdout.write(chunk);
      },
      limits,
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(10)), stdin(1, 'abc'));
    await pass(5_000);
    expect(peer.stdout(1)).toContain('begunabc');
    expect(peer.ends(1)).toBe(0);
    expect(peer.isEnded).toBe(true);
  });

  test('is told to a Node listener as an aborted request', async () => {
    const told: string[] = [];
    const { connect } = await start({
      responder: fromNodeListener((req, res) => {
        req.on('error', (error: NodeJS.ErrnoException) => told.push(`req ${error.code}`));
        req.on('close', () => told.push('req close'));
        res.on('close', () => told.push('res close'));
        req.resume();
      }),
      limits,
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(10)), stdin(1, 'abc'));
    await pass(5_000);
    expect(peer.answers(1)[0]).toMatchObject({ status: '408 Request Timeout' });
    expect(told.toSorted()).toEqual(['req ECONNRESET', 'req close', 'res close']);
  });
});

describe('a web server that does not read', () => {
  test('is given up after limits.writeStallTimeout, and the application is told', async () => {
    const requests: FcgiRequest[] = [];
    const { connect, codes, server } = await start({
      responder: (each) => {
        requests.push(each);
        each.stdout.write(`${HEAD}${'x'.repeat(1_000_000)}`);
        return never();
      },
      limits: { writeStallTimeout: 6_000 },
    });
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1, { keepConn: true }));
    await pass(5_800);
    expect(server.stats().connections).toBe(1);
    await pass(400);
    expect(server.stats()).toMatchObject({ connections: 0, activeRequests: 0 });
    expect(requests[0]!.signal.aborted).toBe(true);
    expect(codes()).toContain('FCGI_CONNECTION_STALLED');
  });

  test('but takes some now and then is not given up', async () => {
    const { connect, server } = await start({
      responder: async ({ stdout }) => {
        stdout.write(HEAD);
        for (let i = 0; i < 100; i += 1) {
          await new Promise((resolve) => stdout.write(Buffer.alloc(100_000), resolve));
        }
      },
      limits: { writeStallTimeout: 6_000 },
    });
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1, { keepConn: true }));
    for (let i = 0; i < 10; i += 1) {
      await pass(5_000);
      const before = peer.receivedBytes;
      peer.stream.resume();
      await peer.until(() => peer.receivedBytes > before, 'some bytes');
      peer.stream.pause();
    }
    expect(server.stats().connections).toBe(1);
  });
});

describe('a web server that does not close after the end of the connection', () => {
  test('is waited for as long as limits.lingerTimeout says', async () => {
    const { connect, server, errors } = await start({
      responder: answerAtOnce,
      limits: { lingerTimeout: 1_500 },
    });
    const peer = await connect();
    peer.send(request(1));
    await peer.ended();
    await pass(1_300);
    expect(server.stats().connections).toBe(1);
    await pass(400);
    expect(server.stats().connections).toBe(0);
    expect(errors).toEqual([]);
  });

  test('and goes on sending is read in the meantime, so that nothing is reset', async () => {
    const { connect } = await start({ responder: answerAtOnce, limits: { lingerTimeout: 1_500 } });
    const peer = await connect();
    peer.send(begin(1), params(1, { ...GET, ...post(10_000_000) }));
    await peer.ended();
    for (let i = 0; i < 10; i += 1) {
      peer.send(stdin(1, pattern(50_000)));
      await pass(100);
    }
    expect(peer.isClosed).toBe(false);
    expect(peer.stream.writableLength).toBe(0);
    expect((await peer.answer(1)).body).toBe('answered');
  });
});
