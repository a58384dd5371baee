import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { pattern } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { begin, params, post, request, stdin } from '../support/wire.ts';

const PIECE = pattern(32_768);

/** Answers without reading the body. */
function early({ params: received, stdout }: FcgiRequest): void {
  stdout.end(`Status: 413 Content Too Large\r\n\r\n${received.get('ID') ?? 'early'}`);
}

/** Sends pieces of a body until there are enough, or the application has gone; how many bytes were taken. */
async function upload(peer: Peer, requestId: number, bytes: number): Promise<number> {
  let sent = 0;
  while (sent < bytes && !peer.isClosed && !peer.stream.destroyed) {
    await new Promise<void>((resolve) => {
      peer.stream.once('close', resolve);
      peer.stream.write(stdin(requestId, PIECE), () => {
        peer.stream.off('close', resolve);
        resolve();
      });
    });
    sent += PIECE.length;
  }
  return sent;
}

describe.each(transports)('over %s', (transport) => {
  test('an early answer arrives although the body is still coming, and the next request is served', async () => {
    const { connect } = await start({ responder: early }, transport);
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(500_000)));
    expect((await peer.answer(1)).body).toBe('early');
    await upload(peer, 1, 500_000);
    peer.send(stdin(1), request(2, { keepConn: true, params: { ID: 'next' } }));
    expect((await peer.answer(2)).body).toBe('next');
  });

  test('an early answer on a connection that is not kept arrives, and is not lost to a reset', async () => {
    const { connect } = await start({ responder: early }, transport);
    const peer = await connect();
    peer.send(begin(1), params(1, post(600_000)), stdin(1, PIECE));
    await upload(peer, 1, 600_000);
    expect((await peer.answer(1)).body).toBe('early');
    await peer.ended();
    peer.finish();
    await peer.closed();
    expect(peer.error).toBeUndefined();
  });

  test('a body that goes on and on after the answer ends the connection at a bound', async () => {
    const { connect, server } = await start(
      { responder: early, limits: { discardBytes: 200_000 } },
      transport,
    );
    const peer = await connect();
    peer.stream.on('error', () => {});
    peer.send(begin(1, { keepConn: true }), params(1, post(1_000_000_000)));
    expect((await peer.answer(1)).body).toBe('early');
    const sent = await upload(peer, 1, 100_000_000);
    expect(sent).toBeLessThan(100_000_000);
    await expect.poll(() => server.stats().connections).toBe(0);
  });
});

test('an early answer of a Node listener arrives, and the rest of the body is thrown away', async () => {
  const { connect } = await start({
    responder: fromNodeListener((_, res) => {
      res.statusCode = 401;
      res.end('who are you?');
    }),
  });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(500_000)));
  expect(await peer.answer(1)).toMatchObject({ status: '401 Unauthorized', body: 'who are you?' });
  await upload(peer, 1, 500_000);
  peer.send(stdin(1), request(2, { keepConn: true }));
  expect(await peer.answer(2)).toMatchObject({ status: '401 Unauthorized' });
});

test('a body that is read in part is thrown away from there on', async () => {
  const { connect } = await start({
    responder: async ({ stdin: body, stdout }) => {
      for await (const chunk of body) {
        stdout.end(`Status: 200\r\n\r\n${(chunk as Buffer).length > 0 ? 'partial' : ''}`);
        break;
      }
    },
  });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(1_000_000)), stdin(1, PIECE));
  expect((await peer.answer(1)).body).toBe('partial');
  await upload(peer, 1, 500_000);
  peer.send(stdin(1), request(2, { keepConn: true, params: post(3), body: 'abc' }));
  expect((await peer.answer(2)).body).toBe('partial');
});

test('a refused request with a large body is no trouble either', async () => {
  const { connect } = await start({ responder: early, limits: { bodyBytes: 1_000 } });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(500_000)));
  expect(await peer.answer(1)).toMatchObject({ status: '413 Content Too Large', body: '' });
  await upload(peer, 1, 500_000);
  peer.send(stdin(1), request(2, { keepConn: true, params: { ID: 'next' } }));
  expect((await peer.answer(2)).body).toBe('next');
});

test('unread bodies of many requests, one after the other, do not add up', async () => {
  const { connect } = await start({ responder: early, limits: { discardBytes: 100_000 } });
  const peer = await connect();
  for (let i = 1; i <= 20; i += 1) {
    peer.send(begin(1, { keepConn: true }), params(1, post(65_536)));
    await peer.answer(1, i);
    await upload(peer, 1, 65_536);
    peer.send(stdin(1));
  }
  expect(peer.isEnded).toBe(false);
});

test('while another request runs, the connection is not ended because of an unread body', async () => {
  let release: (() => void) | undefined;
  const { connect } = await start({
    responder: (each) => {
      if (each.params.get('ID') !== 'slow') return early(each);
      return new Promise((resolve) => {
        release = () => {
          each.stdout.end('Status: 200\r\n\r\nslow');
          resolve();
        };
      });
    },
    limits: { discardBytes: 100_000 },
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: { ID: 'slow' } }));
  peer.send(begin(2, { keepConn: true }), params(2, post(1_000_000)));
  await peer.answer(2);
  await upload(peer, 2, 1_000_000);
  expect(peer.isEnded).toBe(false);
  release!();
  expect((await peer.answer(1)).body).toBe('slow');
});
