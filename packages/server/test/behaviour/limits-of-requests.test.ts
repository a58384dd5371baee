import type { FcgiRequest, ServerLimits } from '@fcgi-js/server';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { dialAddress, type Harness, start } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { settle } from '../support/time.ts';
import { begin, params, request } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

function answer({ stdout }: FcgiRequest): void {
  stdout.end(`${HEAD}served`);
}

/** A server whose requests end when the test says so. */
async function held(limits: ServerLimits): Promise<Harness & { release: () => void }> {
  const releases: Array<() => void> = [];
  const harness = await start({
    responder: ({ stdout }) => {
      stdout.write(`${HEAD}served`);
      return new Promise((resolve) => releases.push(resolve));
    },
    limits,
  });
  const release = () => {
    for (const each of releases.splice(0)) each();
  };
  return { ...harness, release };
}

const OVERLOADED = { status: '503 Service Unavailable', protocolStatus: 2, body: '' };

describe('limits.requestsPerConnection', () => {
  test('N requests at once are served, and request N + 1 is answered with 503 and FCGI_OVERLOADED', async () => {
    const { connect, codes, release, server } = await held({ requestsPerConnection: 3 });
    const peer = await connect();
    for (const id of [1, 2, 3]) peer.send(request(id, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(3);
    peer.send(request(4, { keepConn: true }));
    expect(await peer.answer(4)).toMatchObject(OVERLOADED);
    expect(codes()).toEqual(['FCGI_REQUESTS_EXCEEDED']);
    const other = await connect();
    other.send(request(1, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(4);
    release();
    for (const id of [1, 2, 3]) expect(await peer.answer(id)).toMatchObject({ body: 'served' });
    peer.send(request(4, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(1);
    release();
    expect(await peer.answer(4, 2)).toMatchObject({ body: 'served' });
  });

  test('counts requests from their beginning, before their params have come', async () => {
    const { connect } = await held({ requestsPerConnection: 3 });
    const peer = await connect();
    peer.send(...[1, 2, 3, 4].map((id) => begin(id, { keepConn: true })));
    expect(await peer.answer(4)).toMatchObject(OVERLOADED);
    expect(peer.ends(1) + peer.ends(2) + peer.ends(3)).toBe(0);
  });
});

describe('limits.requests', () => {
  test('N requests at once, over all connections, are served, and request N + 1 is not', async () => {
    const { connect, release, server } = await held({ requests: 3 });
    const peers = await Promise.all([1, 2, 3].map(() => connect()));
    for (const peer of peers) peer.send(request(1, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(3);
    const late = await connect();
    late.send(request(1, { keepConn: true }));
    expect(await late.answer(1)).toMatchObject(OVERLOADED);
    expect(server.stats()).toMatchObject({ activeRequests: 3, refusedRequests: 1, totalRequests: 3 });
    release();
    for (const peer of peers) expect(await peer.answer(1)).toMatchObject({ body: 'served' });
    late.send(request(1, { keepConn: true }));
    await expect.poll(() => server.stats().activeRequests).toBe(1);
    release();
    expect(await late.answer(1, 2)).toMatchObject({ body: 'served' });
  });

  test('cannot be passed by beginning many requests before their params come', async () => {
    const { connect, server } = await held({ requests: 3 });
    const [one, two] = [await connect(), await connect()];
    one.send(...[1, 2].map((id) => begin(id, { keepConn: true })));
    two.send(...[1, 2].map((id) => begin(id, { keepConn: true })));
    expect(await two.answer(2)).toMatchObject(OVERLOADED);
    one.send(params(1), params(2));
    two.send(params(1), params(2));
    await expect.poll(() => server.stats().totalRequests).toBe(3);
    await settle();
    expect(server.stats().activeRequests).toBe(3);
  });

  test('cannot be passed on one connection by aborting requests whose handlers go on', async () => {
    const { connect, server } = await held({ requestsPerConnection: 3 });
    const peer = await connect();
    for (let i = 1; i <= 3; i += 1) {
      peer.send(request(1, { keepConn: true }), record(2, 1));
      await peer.answer(1, i);
    }
    peer.send(request(1, { keepConn: true }));
    expect(await peer.answer(1, 4)).toMatchObject(OVERLOADED);
    expect(server.stats().totalRequests).toBe(3);
  });

  test('a refused request on a connection that is not kept closes it', async () => {
    const { connect } = await held({ requests: 1 });
    const [first, second] = [await connect(), await connect()];
    first.send(request(1));
    await settle();
    second.send(request(1));
    expect(await second.answer(1)).toMatchObject(OVERLOADED);
    await second.ended();
  });
});

test('limits.connections: N connections are served, and connection N + 1 is closed at once', async () => {
  const codes: unknown[] = [];
  const { server } = await start({
    responder: answer,
    limits: { connections: 3 },
    onError: (error) => codes.push((error as NodeJS.ErrnoException).code),
  });
  const address = await server.listen('127.0.0.1:0');
  const peers = await Promise.all([1, 2, 3].map(async () => new Peer(await dialAddress(address))));
  for (const peer of peers) {
    peer.send(request(1, { keepConn: true }));
    await peer.answer(1);
  }
  const late = new Peer(await dialAddress(address));
  await late.ended();
  expect(late.records).toEqual([]);
  expect(codes).toEqual(['FCGI_CONNECTIONS_EXCEEDED']);
  expect(server.stats().connections).toBe(3);
  peers[0]!.leave();
  await expect.poll(() => server.stats().connections).toBe(2);
  const next = new Peer(await dialAddress(address));
  next.send(request(1));
  expect(await next.answer(1)).toMatchObject({ body: 'served' });
  for (const peer of [...peers, late, next]) peer.leave();
});
