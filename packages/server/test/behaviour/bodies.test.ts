import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { join, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { begin, GET, params, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

/** Answers with the body. */
async function echo({ stdin: body, stdout }: FcgiRequest): Promise<void> {
  stdout.write(HEAD);
  for await (const chunk of body) stdout.write(chunk);
}

/** Answers with what a Node application sees of the body. */
const nodeEcho = fromNodeListener(async (req, res) => {
  let length = 0;
  try {
    for await (const chunk of req) length += chunk.length;
  } catch (error) {
    res.statusCode = 400;
    res.end(`${(error as NodeJS.ErrnoException).code} after ${length}, complete ${req.complete}`);
    return;
  }
  res.end(`${length} bytes, complete ${req.complete}, length ${req.headers['content-length']}`);
});

describe.each(transports)('over %s', (transport) => {
  test.each([0, 1, 65_535, 65_536, 300_000])('a body of %i bytes comes whole', async (length) => {
    const { connect } = await start({ responder: echo }, transport);
    const peer = await connect();
    const body = pattern(length);
    peer.send(begin(1), params(1, post(length)));
    for (let from = 0; from < length; from += 65_535) peer.send(stdin(1, body.subarray(from, from + 65_535)));
    peer.send(stdin(1));
    expect((await peer.answer(1)).body).toBe(toLatin1(body));
  });
});

test('a body in records of one byte comes whole', async () => {
  const { connect } = await start({ responder: echo });
  const peer = await connect();
  const body = pattern(5_000);
  peer.send(begin(1), params(1, post(5_000)), ...Array.from(body, (byte) => stdin(1, [byte])), stdin(1));
  expect((await peer.answer(1)).body).toBe(toLatin1(body));
});

test('a request is given to the application before its body comes, which it may read later', async () => {
  let begun = false;
  const { connect } = await start({
    responder: async (each) => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 30));
      await echo(each);
    },
  });
  const peer = await connect();
  peer.send(begin(1), params(1, post(4)));
  await expect.poll(() => begun).toBe(true);
  peer.send(stdin(1, 'late'), stdin(1));
  expect((await peer.answer(1)).body).toBe('late');
});

describe('CONTENT_LENGTH', () => {
  test('is all that the application gets, however much STDIN holds', async () => {
    const { connect } = await start({ responder: echo });
    const peer = await connect();
    const forged = join(begin(9, { keepConn: true }), params(9), stdin(9));
    peer.send(
      begin(1, { keepConn: true }),
      params(1, post(4)),
      stdin(1, join('body', forged)),
      stdin(1, 'more'),
      stdin(1),
    );
    expect((await peer.answer(1)).body).toBe('body');
    // What lies beyond the body is not read as records.
    peer.send(request(2, { keepConn: true }));
    await peer.answer(2);
    expect(peer.ends(9)).toBe(0);
  });

  test('of 0 is a body that has ended, also when no STDIN comes at all (HAProxy)', async () => {
    const { connect } = await start({ responder: nodeEcho });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(0)));
    expect((await peer.answer(1)).body).toBe('0 bytes, complete true, length 0');
    peer.send(stdin(1), begin(1, { keepConn: true }), params(1, post(0)), stdin(1));
    expect((await peer.answer(1, 2)).body).toBe('0 bytes, complete true, length 0');
  });

  test('is reached before STDIN ends: the application need not wait for the empty record', async () => {
    const { connect } = await start({ responder: echo });
    const peer = await connect();
    peer.send(begin(1), params(1, post(4)), stdin(1, 'body'));
    expect((await peer.answer(1)).body).toBe('body');
  });

  test('that is larger than the body fails the body, and 400 is the answer', async () => {
    const { connect, codes } = await start({
      responder: async ({ stdin: body }) => void (await body.toArray()),
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(10), body: 'short' }));
    const answer = await peer.answer(1);
    expect(answer.status).toBe('400 Bad Request');
    expect(answer.stderr).toContain('5 bytes before its CONTENT_LENGTH');
    expect(codes()).toEqual(['FCGI_BODY_TRUNCATED']);
  });

  test('that is larger than the body: a Node application sees an aborted request', async () => {
    const { connect } = await start({ responder: nodeEcho });
    const peer = await connect();
    peer.send(request(1, { params: post(10), body: 'short' }));
    const answer = await peer.answer(1);
    expect(answer.status).toBe('400 Bad Request');
    expect(answer.body).toMatch(/^ECONNRESET after \d, complete false$/);
  });

  test.each(['abc', '-2', '1e3', '0x10', '12 ', '1, 1', '+1'])(
    'of %j is answered with 400',
    async (length) => {
      const { connect, codes } = await start({ responder: echo });
      const peer = await connect();
      peer.send(request(1, { keepConn: true, params: post(0, { CONTENT_LENGTH: length }), body: 'x' }));
      expect(await peer.answer(1)).toMatchObject({ status: '400 Bad Request', protocolStatus: 0 });
      expect(codes()).toEqual(['FCGI_BODY_LENGTH_INVALID']);
      peer.send(request(1, { keepConn: true }));
      await peer.answer(1, 2);
    },
  );

  test('of the file of a filter is checked likewise', async () => {
    const { connect } = await start({ filter: echo });
    const peer = await connect();
    peer.send(begin(1, { role: 3 }), params(1, { FCGI_DATA_LENGTH: 'much' }), stdin(1));
    expect(await peer.answer(1)).toMatchObject({ status: '400 Bad Request' });
  });
});

describe('a body of unknown length', () => {
  test.each([
    ['absent (mod_proxy_fcgi)', { ...GET, REQUEST_METHOD: 'POST', HTTP_TRANSFER_ENCODING: 'chunked' }],
    ['empty (nginx without buffering)', post(0, { CONTENT_LENGTH: '', HTTP_TRANSFER_ENCODING: 'chunked' })],
    ['-1 (Caddy)', post(-1)],
  ])('CONTENT_LENGTH %s: goes on to the end of STDIN', async (_, list) => {
    const { connect } = await start({ responder: nodeEcho });
    const peer = await connect();
    peer.send(begin(1), params(1, list), stdin(1, 'one '));
    peer.send(stdin(1, 'two '), stdin(1, 'three'), stdin(1));
    expect((await peer.answer(1)).body).toBe('13 bytes, complete true, length undefined');
  });

  test('with its chunk framing still on it (Cherokee) is answered with 411', async () => {
    const { connect, codes } = await start({ responder: echo });
    const peer = await connect();
    const list = { ...GET, REQUEST_METHOD: 'POST', CONTENT_TRANSFER_ENCODING: 'chunked' };
    peer.send(begin(1), params(1, list), stdin(1), stdin(1, '4\r\n0123\r\n0\r\n'), stdin(1));
    expect(await peer.answer(1)).toMatchObject({ status: '411 Length Required' });
    expect(codes()).toEqual(['FCGI_BODY_UNDECODED']);
  });
});

test('a body may be sent back while it comes', async () => {
  const { connect } = await start({ responder: echo });
  const peer = await connect();
  peer.send(begin(1), params(1, post(-1)), stdin(1, 'first'));
  await peer.until(() => peer.stdout(1).endsWith('first'), 'the first part');
  peer.send(stdin(1, 'second'));
  await peer.until(() => peer.stdout(1).endsWith('second'), 'the second part');
  peer.send(stdin(1));
  expect((await peer.answer(1)).body).toBe('firstsecond');
});
