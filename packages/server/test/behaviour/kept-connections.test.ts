import type { FcgiRequest } from '@fcgi-js/server';
import { hex, join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { begin, GET, params, request, stdin } from '../support/wire.ts';

/** Answers with the value of the param ID. */
function responder({ params: received, stdout }: FcgiRequest): void {
  stdout.end(`Status: 200 OK\r\n\r\n${received.get('ID')}`);
}

const withId = (id: string) => ({ ...GET, ID: id });

describe.each(transports)('over %s', (transport) => {
  test('without FCGI_KEEP_CONN the application closes after its answer', async () => {
    const { connect, codes } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(request(1, { params: withId('only') }));
    expect((await peer.answer(1)).body).toBe('only');
    await peer.ended();
    peer.finish();
    await peer.closed();
    expect(peer.error).toBeUndefined();
    expect(codes()).toEqual([]);
  });

  test('with FCGI_KEEP_CONN one request after the other is answered', async () => {
    const { connect, server } = await start({ responder }, transport);
    const peer = await connect();
    for (let i = 1; i <= 20; i += 1) {
      peer.send(request(1, { keepConn: true, params: withId(`number ${i}`) }));
      expect((await peer.answer(1, i)).body).toBe(`number ${i}`);
    }
    expect(peer.isEnded).toBe(false);
    expect(server.stats()).toMatchObject({ connections: 1, totalConnections: 1, totalRequests: 20 });
  });

  test('requests sent back to back, without waiting, are all answered', async () => {
    const { connect } = await start({ responder }, transport);
    const peer = await connect();
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    peer.send(...ids.map((id) => request(id, { keepConn: true, params: withId(`${id}`) })));
    for (const id of ids) expect((await peer.answer(id)).body).toBe(`${id}`);
  });

  test('the last request says that the connection is not kept', async () => {
    const { connect } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: withId('1') }));
    await peer.answer(1);
    peer.send(request(1, { keepConn: false, params: withId('2') }));
    expect((await peer.answer(1, 2)).body).toBe('2');
    await peer.ended();
  });
});

test('only the lowest bit of the flags counts', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  peer.send(begin(1, { flags: 0xff }), params(1, withId('kept')), stdin(1));
  await peer.answer(1);
  peer.send(begin(1, { flags: 0xfe }), params(1, withId('not kept')), stdin(1));
  expect((await peer.answer(1, 2)).body).toBe('not kept');
  await peer.ended();
});

test('a connection that is not kept stays until all its requests have ended', async () => {
  const { connect } = await start({
    responder: async ({ params: received, stdin: body, stdout }) => {
      await body.toArray();
      stdout.end(`Status: 200\r\n\r\n${received.get('ID')}`);
    },
  });
  const peer = await connect();
  peer.send(begin(1), params(1, withId('slow')));
  peer.send(request(2, { params: withId('quick') }));
  expect((await peer.answer(2)).body).toBe('quick');
  expect(peer.isEnded).toBe(false);
  peer.send(stdin(1));
  expect((await peer.answer(1)).body).toBe('slow');
  await peer.ended();
});

test('a request that keeps the connection does not undo that another one does not', async () => {
  const { connect } = await start({
    responder: async ({ params: received, stdin: body, stdout }) => {
      await body.toArray();
      stdout.end(`Status: 200\r\n\r\n${received.get('ID')}`);
    },
  });
  const peer = await connect();
  peer.send(begin(1), params(1, withId('slow')));
  peer.send(request(2, { keepConn: true, params: withId('quick') }));
  expect((await peer.answer(2)).body).toBe('quick');
  expect(peer.isEnded).toBe(false);
  peer.send(stdin(1));
  expect((await peer.answer(1)).body).toBe('slow');
  await peer.ended();
});

test('a small answer leaves in one write: head, body, empty STDOUT and END_REQUEST', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: withId('small') }));
  await peer.answer(1);
  expect(peer.recordsByChunk()).toEqual([
    [
      String.raw`stdout 1 "Status: 200 OK\r\n\r\nsmall"`,
      'stdout 1 ""',
      String.raw`end 1 "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000"`,
    ],
  ]);
});

describe('an ID', () => {
  test('may be used again at once after END_REQUEST', async () => {
    const { connect } = await start({ responder });
    const peer = await connect();
    for (const id of [1, 65_535, 1, 65_535, 256]) {
      const nth = peer.ends(id) + 1;
      peer.send(request(id, { keepConn: true, params: withId(`${id}/${nth}`) }));
      expect((await peer.answer(id, nth)).body).toBe(`${id}/${nth}`);
    }
  });

  test('that is active must not begin again: the connection is lost, and told of', async () => {
    const { connect, codes } = await start({ responder: () => new Promise(() => {}) });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }), begin(1, { keepConn: true }));
    await peer.ended();
    expect(peer.records).toEqual([]);
    expect(codes()).toContain('FCGI_REQUEST_ID_ACTIVE');
  });

  test('gets no output of the request that had it before', async () => {
    const requests: FcgiRequest[] = [];
    const { connect } = await start({
      responder: (each) => {
        requests.push(each);
        return new Promise(() => {});
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }), record(2, 1));
    await peer.answer(1);
    peer.send(request(1, { keepConn: true }));
    await expect.poll(() => requests.length).toBe(2);
    requests[0]!.stdout.end('Status: 200\r\n\r\nlate output of the first');
    requests[0]!.stderr.end('late log of the first\n');
    requests[1]!.stdout.write('Status: 200\r\n\r\nsecond');
    await peer.until(() => peer.stdout(1).includes('second'), 'the second answer');
    expect(peer.log()).not.toContain('first');
  });
});

test('eight zero bytes and a second empty STDIN, as from Cherokee, are skipped', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  const cherokee = join(begin(1), params(1, withId('cherokee')), stdin(1), new Uint8Array(8), stdin(1));
  peer.send(cherokee);
  expect((await peer.answer(1)).body).toBe('cherokee');
});

test('padding of every length on every record is skipped', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  for (const padding of [1, 3, 8, 255]) {
    const nth = peer.ends(1) + 1;
    peer.send(
      record(1, 1, hex('0001 01 0000000000'), { padding, reserved: 0xff }),
      record(4, 1, '\x02\x03IDyes', { padding, reserved: 0xff }),
      record(4, 1, '', { padding }),
      record(5, 1, '', { padding }),
    );
    expect((await peer.answer(1, nth)).body).toBe('yes');
  }
});

describe.each(transports.filter((transport) => transport !== 'an in-memory pair'))('over %s', (transport) => {
  test('a connection that is not kept is closed with the answer to a request that has come whole', async () => {
    const { connect, server } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(request(1, { params: withId('only') }));
    await peer.ended();
    // The web server has not closed its side, and is not waited for.
    expect(server.stats().connections).toBe(0);
    expect((await peer.answer(1)).body).toBe('only');
    expect(peer.error).toBeUndefined();
  });

  test('a connection on which the end of a request is still to come is not reset by it', async () => {
    const { connect, server } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(begin(1), params(1, { ...withId('early'), CONTENT_LENGTH: '9', REQUEST_METHOD: 'POST' }));
    expect((await peer.answer(1)).body).toBe('early');
    await peer.ended();
    expect(server.stats().connections).toBe(1);
    peer.send(stdin(1, 'too late!'), stdin(1));
    peer.finish();
    await peer.closed();
    expect(peer.error).toBeUndefined();
  });
});
