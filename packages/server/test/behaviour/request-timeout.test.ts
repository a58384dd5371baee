import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { start } from '../support/harness.ts';
import { pass, stopTime } from '../support/time.ts';
import { begin, GET, params, request } from '../support/wire.ts';

const limits = { requestTimeout: 5_000 };

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<void>(() => {});

test('a request that the application does not end is answered with 504 after limits.requestTimeout', async () => {
  const requests: FcgiRequest[] = [];
  const { codes, connect } = await start({
    responder: (each) => {
      requests.push(each);
      return never();
    },
    limits,
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  await pass(4_800);
  expect(peer.ends(1)).toBe(0);
  await pass(400);
  expect(peer.answers(1)[0]).toMatchObject({ status: '504 Gateway Timeout', appStatus: 1 });
  expect(requests[0]!.signal.reason).toMatchObject({ code: 'FCGI_REQUEST_TIMEOUT' });
  await pass(10_000);
  expect(codes()).toEqual(['FCGI_REQUEST_TIMEOUT']);
});

test('its neighbours and its connection go on', async () => {
  const { connect } = await start({
    responder: fromNodeListener((req, res) => {
      if (req.url !== '/stuck') res.end('answered');
    }),
    limits,
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: { ...GET, REQUEST_URI: '/stuck' } }));
  await pass(3_000);
  peer.send(request(2, { keepConn: true }));
  expect((await peer.answer(2)).body).toBe('answered');
  await pass(2_400);
  expect(peer.answers(1)[0]).toMatchObject({ status: '504 Gateway Timeout' });
  peer.send(request(1, { keepConn: true }));
  expect((await peer.answer(1, 2)).body).toBe('answered');
});

test('an answer that has begun is broken off, and the listener is told', async () => {
  const closed: boolean[] = [];
  const { connect } = await start({
    responder: fromNodeListener((_req, res) => {
      res.write('some');
      res.on('close', () => closed.push(res.writableFinished));
    }),
    limits,
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  await pass(5_400);
  expect(peer.isEnded).toBe(true);
  expect(closed).toEqual([false]);
});

test('time for the params counts', async () => {
  const { connect } = await start({ responder: never, limits });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }));
  await pass(3_000);
  peer.send(params(1));
  await pass(2_200);
  expect(peer.answers(1)[0]).toMatchObject({ status: '504 Gateway Timeout' });
});
