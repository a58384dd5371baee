import type { FcgiRequest } from '@fcgi-js/server';
import { join, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { begin, params, paramsRecord, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

async function echo({ params: received, stdin: body, stdout }: FcgiRequest): Promise<void> {
  stdout.write(`${HEAD}${received.get('ID')}:`);
  for await (const chunk of body) stdout.write(chunk);
  stdout.end('.');
}

describe.each(transports)('over %s', (transport) => {
  test('requests whose records interleave are all answered with their own body', async () => {
    const { connect } = await start({ responder: echo }, transport);
    const peer = await connect();
    const ids = [1, 2, 3, 500, 65_535];
    const rounds = 7;
    peer.send(...ids.map((id) => begin(id, { keepConn: true })));
    peer.send(...ids.toReversed().map((id) => params(id, post(-1, { ID: `${id}` }))));
    for (let round = 0; round < rounds; round += 1) {
      peer.send(...ids.map((id) => stdin(id, `${id}/${round} `)));
    }
    peer.send(...ids.map((id) => stdin(id)));
    for (const id of ids) {
      const body = Array.from({ length: rounds }, (_, round) => `${id}/${round} `).join('');
      expect((await peer.answer(id)).body).toBe(`${id}:${body}.`);
    }
  });

  test('requests may end in any order', async () => {
    const { connect } = await start({ responder: echo }, transport);
    const peer = await connect();
    peer.send(
      ...[1, 2, 3].map((id) => join(begin(id, { keepConn: true }), params(id, post(-1, { ID: `${id}` })))),
    );
    for (const id of [2, 3, 1]) {
      peer.send(stdin(id, 'x'), stdin(id));
      expect((await peer.answer(id)).body).toBe(`${id}:x.`);
    }
  });
});

test('a body that nobody reads does not stop its neighbours', async () => {
  const { connect } = await start({
    responder: (each) => (each.params.get('ID') === 'lazy' ? new Promise(() => {}) : echo(each)),
  });
  const peer = await connect();
  peer.send(begin(1, { keepConn: true }), params(1, post(-1, { ID: 'lazy' })));
  peer.send(begin(2, { keepConn: true }), params(2, post(-1, { ID: 'eager' })));
  const piece = toLatin1(pattern(1_000));
  let expected = 'eager:';
  // Far more for the first than one request may hold.
  for (let i = 0; i < 300; i += 1) {
    peer.send(stdin(1, piece), stdin(2, piece));
    expected += piece;
  }
  peer.send(stdin(2));
  expect((await peer.answer(2)).body).toBe(`${expected}.`);
});

test('a request with much output does not keep the others from theirs', async () => {
  const { connect } = await start({
    responder: async ({ requestId, stdout }) => {
      stdout.write(HEAD);
      if (requestId !== 1) return;
      for (let i = 0; i < 400; i += 1) {
        if (!stdout.write(Buffer.alloc(10_000, 'x')))
          await new Promise((resolve) => stdout.once('drain', resolve));
      }
    },
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  await peer.until(() => peer.receivedBytes > 100_000, 'some of the large answer');
  peer.send(request(2, { keepConn: true }));
  await peer.answer(2);
  expect(peer.ends(1)).toBe(0);
  expect((await peer.answer(1)).body).toHaveLength(4_000_000);
});

test('params of several requests may interleave, cut in the middle of pairs', async () => {
  const { connect } = await start({ responder: echo });
  const peer = await connect();
  const contents = [1, 2].map((id) =>
    paramsRecord(id, post(0, { ID: `${id}`, PADDING: 'x'.repeat(300) })).subarray(8),
  );
  peer.send(begin(1, { keepConn: true }), begin(2, { keepConn: true }));
  for (let from = 0; from < Math.max(...contents.map(({ length }) => length)); from += 7) {
    for (const [index, content] of contents.entries()) {
      const piece = content.subarray(from, from + 7);
      if (piece.length > 0) peer.send([1, 4, 0, index + 1, 0, piece.length, 0, 0], piece);
    }
  }
  peer.send([1, 4, 0, 2, 0, 0, 0, 0], [1, 4, 0, 1, 0, 0, 0, 0]);
  expect((await peer.answer(1)).body).toBe('1:.');
  expect((await peer.answer(2)).body).toBe('2:.');
});

test('a thousand requests at once on one connection are all answered', async () => {
  const requests: FcgiRequest[] = [];
  const { connect, server } = await start({
    responder: (each) => {
      requests.push(each);
      return new Promise((resolve) => {
        each.stdin.on('data', () => {}).on('end', resolve);
        each.stdout.write(`${HEAD}${each.requestId}`);
      });
    },
  });
  const peer = await connect();
  const ids = Array.from({ length: 1_000 }, (_, index) => index + 1);
  for (const id of ids) peer.send(begin(id, { keepConn: true }), params(id));
  await expect.poll(() => requests.length).toBe(1_000);
  expect(server.stats().activeRequests).toBe(1_000);
  for (const id of ids) peer.send(stdin(id));
  for (const id of ids) expect((await peer.answer(id)).body).toBe(`${id}`);
  expect(server.stats().activeRequests).toBe(0);
});
