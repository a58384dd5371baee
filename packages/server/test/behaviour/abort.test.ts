import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { type Harness, start, transports } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { abort, begin, params, paramsRecord, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

/** A server whose handler waits for ever, with the requests it got. */
async function waiting(): Promise<Harness & { peer: Peer; requests: FcgiRequest[] }> {
  const requests: FcgiRequest[] = [];
  const harness = await start({
    responder: (each) => {
      requests.push(each);
      return new Promise(() => {});
    },
  });
  return { ...harness, peer: await harness.connect(), requests };
}

describe.each(transports)('over %s', (transport) => {
  test('ABORT_REQUEST aborts the signal and is answered by one END_REQUEST', async () => {
    const reasons: unknown[] = [];
    const { connect, server, codes } = await start(
      {
        responder: ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason);
              resolve();
            });
          }),
      },
      transport,
    );
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(1);
    peer.send(abort(1));
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ stdout: '', stderr: '', appStatus: 0, protocolStatus: 0 });
    await expect
      .poll(() => reasons)
      .toEqual([expect.objectContaining({ code: 'FCGI_REQUEST_ABORTED', scope: 'request' })]);
    expect(server.stats().activeRequests).toBe(0);
    expect(codes()).toEqual([]);
    peer.send(request(1, { keepConn: true }), abort(1));
    await peer.answer(1, 2);
    expect(peer.ends(1)).toBe(2);
  });
});

describe('ABORT_REQUEST', () => {
  test.each([
    ['directly after BEGIN_REQUEST, as HAProxy sends it', begin(1, { keepConn: true }), 0],
    ['in the params', Buffer.concat([begin(1, { keepConn: true }), paramsRecord(1)]), 0],
    ['before the body', Buffer.concat([begin(1, { keepConn: true }), params(1, post(9))]), 1],
    ['in the body', Buffer.concat([begin(1, { keepConn: true }), params(1, post(9)), stdin(1, 'abc')]), 1],
    ['after the body', request(1, { keepConn: true }), 1],
  ])('%s ends the request once, and the connection goes on', async (_, before, handled) => {
    const { peer, requests, server, codes } = await waiting();
    peer.send(before, abort(1), abort(1));
    expect(await peer.answer(1)).toMatchObject({ appStatus: 0, protocolStatus: 0, stdout: '' });
    expect(requests).toHaveLength(handled);
    for (const { signal, aborted } of requests) {
      expect(signal.aborted).toBe(true);
      expect(aborted).toBe(true);
    }
    peer.send(stdin(1, 'late'), stdin(1), begin(2, { keepConn: true }), abort(2));
    await peer.answer(2);
    expect(peer.ends(1)).toBe(1);
    expect(server.stats().activeRequests).toBe(0);
    expect(codes()).toEqual([]);
  });

  test('closes a connection that is not kept, also before the params were complete', async () => {
    const { connect } = await waiting();
    for (const before of [begin(1), request(1)]) {
      const peer = await connect();
      peer.send(before, abort(1));
      await peer.answer(1);
      await peer.ended();
    }
  });

  test('fails a body that was not complete', async () => {
    const { peer, requests } = await waiting();
    peer.send(begin(1, { keepConn: true }), params(1, post(9)), stdin(1, 'abc'));
    await expect.poll(() => requests.length).toBe(1);
    const reading = requests[0]!.stdin.toArray();
    peer.send(abort(1));
    await expect(reading).rejects.toMatchObject({ code: 'FCGI_REQUEST_ABORTED' });
  });

  test('leaves a body that was complete readable', async () => {
    const { peer, requests } = await waiting();
    peer.send(request(1, { keepConn: true, params: post(3), body: 'abc' }), abort(1));
    await peer.answer(1);
    const chunks = await requests[0]!.stdin.toArray();
    expect(Buffer.concat(chunks).toString()).toBe('abc');
  });

  test('in the middle of a response ends it, with nothing of the handler after END_REQUEST', async () => {
    const { peer, requests } = await waiting();
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => requests.length).toBe(1);
    const { stdout, stderr } = requests[0]!;
    stdout.write(`${HEAD}before`);
    await peer.until(() => peer.stdout(1).includes('before'), 'the beginning');
    peer.send(abort(1));
    await peer.answer(1);
    const length = peer.records.length;
    stdout.write('after');
    stderr.write('after\n');
    stdout.end('the end');
    peer.send(request(2, { keepConn: true }), abort(2));
    await peer.answer(2);
    expect(peer.records.filter(({ requestId }) => requestId === 1)).toHaveLength(length);
    expect(peer.log()).not.toContain('after');
  });

  test('frees a handler that waits for the web server to read', async () => {
    let written = 0;
    let finished = false;
    const { connect } = await start({
      responder: async ({ signal, stdout }) => {
        stdout.write(HEAD);
        while (!signal.aborted) {
          written += 1;
          await new Promise<void>((resolve) => {
            stdout.write(Buffer.alloc(65_536), () => resolve());
          });
        }
        finished = true;
      },
    });
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => written).toBeGreaterThan(0);
    await nextTurn();
    peer.send(abort(1));
    await expect.poll(() => finished).toBe(true);
  });

  test('of a handler that then throws changes nothing: the connection and its other requests go on', async () => {
    const requests: FcgiRequest[] = [];
    const { connect } = await start({
      responder: (each) => {
        requests.push(each);
        const { signal, stdout } = each;
        stdout.write(`${HEAD}begun`);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped half-way')));
        });
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }), request(2, { keepConn: true }));
    await peer.until(() => peer.stdout(2) !== '', 'the beginning of the second answer');
    peer.send(abort(1));
    await peer.answer(1);
    await nextTurn();
    await nextTurn();
    expect(peer.isEnded).toBe(false);
    requests[1]!.stdout.write(' and goes on');
    await peer.until(() => peer.stdout(2).includes('goes on'), 'more of the second answer');
    expect(peer.rest).toHaveLength(0);
    expect(peer.ends(1)).toBe(1);
    expect(peer.ends(2)).toBe(0);
  });

  test('of an unknown ID is ignored', async () => {
    const { peer, errors } = await waiting();
    peer.send(abort(7), begin(1, { keepConn: true }), abort(7), abort(1));
    await peer.answer(1);
    expect(peer.ends(7)).toBe(0);
    expect(errors).toEqual([]);
  });

  test('of one request leaves the others alone', async () => {
    const { peer, requests } = await waiting();
    peer.send(...[1, 3, 5].map((id) => request(id, { keepConn: true })), abort(3));
    await peer.answer(3);
    expect(requests.map(({ aborted }) => aborted)).toEqual([false, true, false]);
    expect(peer.ends(1) + peer.ends(5)).toBe(0);
  });

  test('after the answer comes too late and is ignored', async () => {
    const { connect } = await start({
      responder: ({ stdout }) => {
        stdout.end(`${HEAD}done`);
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.answer(1);
    peer.send(abort(1), request(1, { keepConn: true }));
    expect((await peer.answer(1, 2)).body).toBe('done');
    expect(peer.ends(1)).toBe(2);
  });

  test('a signal that is asked for only after the abort is aborted already', async () => {
    const { peer, requests } = await waiting();
    peer.send(request(1, { keepConn: true }), abort(1));
    await peer.answer(1);
    expect(requests[0]!.signal.aborted).toBe(true);
    expect(requests[0]!.signal.reason).toMatchObject({ code: 'FCGI_REQUEST_ABORTED' });
  });
});

test('an aborted request has its place until its handler has ended, and not longer', async () => {
  const ends: Array<() => void> = [];
  const { connect } = await start({
    responder: () => new Promise((resolve) => ends.push(resolve)),
    limits: { requestsPerConnection: 1 },
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }), abort(1), request(2, { keepConn: true }));
  expect((await peer.answer(2)).protocolStatus).toBe(2);
  for (const end of ends) end();
  await nextTurn();
  peer.send(request(2, { keepConn: true }), abort(2));
  expect((await peer.answer(2, 2)).protocolStatus).toBe(0);
});

test('a Node listener sees an abort as a browser that went away', async () => {
  const told: string[] = [];
  const { connect } = await start({
    responder: fromNodeListener((req, res) => {
      req.on('close', () => told.push('req close'));
      req.on('error', (error: NodeJS.ErrnoException) => told.push(`req error ${error.code}`));
      res.on('close', () => told.push(`res close, finished ${res.writableFinished}`));
      res.on('error', () => told.push('res error'));
      res.write('begun');
    }),
  });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(10)), stdin(1, 'abc'));
  await peer.until(() => peer.stdout(1).includes('begun'), 'the beginning');
  peer.send(abort(1));
  await peer.answer(1);
  await expect
    .poll(() => told.toSorted())
    .toEqual(['req close', 'req error ECONNRESET', 'res close, finished false']);
});
