import { text } from 'node:stream/consumers';
import { FcgiClientError, FcgiRejectedError, RemoteProtocolError } from '@fcgi-js/client';
import { type Bytes, chunkings, join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import {
  answer,
  document,
  endRecord,
  Peer,
  type PeerConnection,
  startPeer,
  startResponder,
  Type,
} from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

/** Sends bytes as the answer to a first request, and tells how the request and then its body ended. */
async function outcome(bytes: Bytes, finish: (connection: PeerConnection) => void = () => {}) {
  const errors: Error[] = [];
  const peer = await startPeer(async (connection) => {
    await connection.request();
    connection.send(bytes);
    finish(connection);
  });
  const client = clientFor(peer, {
    limits: { abortTimeout: 20, firstByteTimeout: 5_000, stallTimeout: 5_000 },
    onError: (error) => errors.push(error),
  });
  const result = await client.request({ params: GET }).then(
    async (response) => ({
      body: await text(response.body).catch((error: Error) => error),
      ended: await response.ended.catch((error: Error) => error),
      error: undefined,
    }),
    (error: unknown) => ({ body: undefined, ended: undefined, error }),
  );
  return { ...result, client, errors };
}

const close = (connection: PeerConnection) => void connection.socket.end();
const reset = (connection: PeerConnection) => void connection.socket.destroy();

describe('before an answer, the request fails', () => {
  test.each<[name: string, bytes: Bytes, code: string]>([
    ['version 2', record(Type.stdout, 1, 'x', { version: 2 }), 'FCGI_VERSION_UNSUPPORTED'],
    ['text that is no FastCGI', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'FCGI_VERSION_UNSUPPORTED'],
    ['STDOUT with id 0', record(Type.stdout, 0, 'x'), 'FCGI_REQUEST_ID_INVALID'],
    ['END_REQUEST with id 0', endRecord(0), 'FCGI_REQUEST_ID_INVALID'],
    ['a management record with an id', record(Type.getValuesResult, 1, ''), 'FCGI_REQUEST_ID_INVALID'],
    [
      'END_REQUEST with a body of 7 bytes',
      record(Type.end, 1, new Uint8Array(7)),
      'FCGI_RECORD_LENGTH_INVALID',
    ],
    ['END_REQUEST with no body', record(Type.end, 1), 'FCGI_RECORD_LENGTH_INVALID'],
  ])('with a RemoteProtocolError for %s', async (_name, bytes, code) => {
    const { error, client } = await outcome(bytes);
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code, scope: 'connection' });
    expect(client.stats().connections).toBe(0);
  });

  test.each<[name: string, bytes: Bytes, code: string]>([
    ['STDOUT of another request', record(Type.stdout, 2, 'x'), 'FCGI_REQUEST_ID_UNKNOWN'],
    ['STDERR of another request', record(Type.stderr, 65_535, 'x'), 'FCGI_REQUEST_ID_UNKNOWN'],
    ['END_REQUEST of another request', endRecord(257), 'FCGI_REQUEST_ID_UNKNOWN'],
    ['BEGIN_REQUEST', record(Type.begin, 1, [0, 1, 0, 0, 0, 0, 0, 0]), 'FCGI_RECORD_UNEXPECTED'],
    ['ABORT_REQUEST', record(Type.abort, 1), 'FCGI_RECORD_UNEXPECTED'],
    ['PARAMS', record(Type.params, 1), 'FCGI_RECORD_UNEXPECTED'],
    ['STDIN', record(Type.stdin, 1, 'x'), 'FCGI_RECORD_UNEXPECTED'],
    ['DATA', record(Type.data, 1, 'x'), 'FCGI_RECORD_UNEXPECTED'],
    ['GET_VALUES', record(Type.getValues, 0), 'FCGI_RECORD_UNEXPECTED'],
    ['GET_VALUES_RESULT without a question', record(Type.getValuesResult, 0), 'FCGI_RECORD_UNEXPECTED'],
    [
      'UNKNOWN_TYPE that nobody asked for',
      record(Type.unknownType, 0, new Uint8Array(8)),
      'FCGI_RECORD_UNEXPECTED',
    ],
    ['type 0', record(0, 0, 'x'), 'FCGI_RECORD_UNEXPECTED'],
    ['type 12', record(12, 1, 'x'), 'FCGI_RECORD_UNEXPECTED'],
    ['type 255', record(255, 0, 'x'), 'FCGI_RECORD_UNEXPECTED'],
  ])('with an FcgiClientError for %s', async (_name, bytes, code) => {
    const { error, client } = await outcome(bytes);
    expect(error).toBeInstanceOf(FcgiClientError);
    expect(error).toMatchObject({ code, scope: 'connection', side: 'application' });
    expect(client.stats().connections).toBe(0);
  });

  test.each<[name: string, bytes: Bytes, code: string]>([
    ['a line with no colon', 'Status: 200\nnonsense\n\n', 'FCGI_HEAD_LINE_INVALID'],
    ['a NUL', 'A: \0\n\n', 'FCGI_HEAD_VALUE_INVALID'],
    ['a folded line', 'A: b\n c\n\n', 'FCGI_HEAD_LINE_FOLDED'],
    ['a Status that is no number', 'Status: fine\n\nbody', 'FCGI_HEAD_STATUS_INVALID'],
    ['two Locations', 'Location: /a\nLocation: /b\n\nbody', 'FCGI_HEAD_FIELD_DUPLICATE'],
    ['a Content-Length that is no number', 'Content-Length: all\n\nbody', 'FCGI_HEAD_VALUE_INVALID'],
    ['too many fields', `${'A: b\n'.repeat(257)}\n`, 'FCGI_HEAD_FIELDS_EXCEEDED'],
    ['a head without end', 'A: b\n'.repeat(200), 'FCGI_HEAD_TRUNCATED'],
    ['an empty STDOUT', '', 'FCGI_ANSWER_MISSING'],
  ])('with what STDERR said, for %s', async (_name, head, code) => {
    const stdout = head === '' ? '' : record(Type.stdout, 1, head);
    const bytes = join(record(Type.stderr, 1, 'a hint'), stdout, record(Type.stdout, 1), endRecord(1));
    const { error } = await outcome(bytes);
    expect(error).toMatchObject({ code, scope: 'request', side: 'application', stderr: 'a hint' });
  });

  test('with the protocolStatus where the application rejects it', async () => {
    for (const [protocolStatus, word] of [
      [1, 'FCGI_CANT_MPX_CONN'],
      [2, 'FCGI_OVERLOADED'],
      [3, 'FCGI_UNKNOWN_ROLE'],
      [200, 'a protocolStatus of 200'],
    ] as const) {
      const { error } = await outcome(endRecord(1, 5, protocolStatus));
      expect(error).toBeInstanceOf(FcgiRejectedError);
      expect(error).toMatchObject({ code: 'FCGI_REQUEST_REJECTED', appStatus: 5, protocolStatus });
      expect((error as Error).message).toContain(word);
    }
  });

  test('where it closes at any point of a head, and tells where', async () => {
    const bytes = record(Type.stdout, 1, 'Status: 200 OK\r\n');
    for (let length = 0; length <= bytes.length; length += 1) {
      const { error } = await outcome(bytes.subarray(0, length), close);
      // A record without its last bytes counts as far as its content has come.
      expect(error).toMatchObject({
        code: 'FCGI_CONNECTION_CLOSED',
        message: expect.stringContaining(length <= 8 ? 'before it answered' : 'the head of its answer'),
      });
      const isCut = length > 0 && length < bytes.length;
      expect((error as Error).cause).toEqual(isCut ? expect.any(RemoteProtocolError) : undefined);
    }
  });

  test('where it resets the connection', async () => {
    const peer = await startPeer((connection) => {
      connection.socket.once('data', () => connection.socket.resetAndDestroy());
    }, 'tcp');
    await expect(clientFor(peer).request({ params: GET })).rejects.toMatchObject({
      code: 'FCGI_CONNECTION_CLOSED',
      cause: { code: 'ECONNRESET' },
    });
  });

  test('for 65,535 bytes with 255 bytes of padding nothing fails: they are one record', async () => {
    const content = document('x'.repeat(65_535)).slice(0, 65_535);
    const { body } = await outcome(join(record(Type.stdout, 1, content, { padding: 255 }), endRecord(1)));
    expect(body).toBe(content.slice(document('').length));
  });
});

describe('after the head, body and end fail, and the head stays', () => {
  const head = document('half of the bo');
  const begun = record(Type.stdout, 1, head);

  test.each<[name: string, bytes: Bytes, code: string]>([
    ['a record of another request', record(Type.stdout, 9, 'x'), 'FCGI_REQUEST_ID_UNKNOWN'],
    ['an unknown type', record(99, 1, 'x'), 'FCGI_RECORD_UNEXPECTED'],
    ['version 0', record(Type.stdout, 1, 'x', { version: 0 }), 'FCGI_VERSION_UNSUPPORTED'],
  ])('with the rule that was broken, for %s', async (_name, bytes, code) => {
    const { body, ended, error } = await outcome(join(begun, bytes));
    expect(error).toBeUndefined();
    expect(body).toMatchObject({ code });
    expect(ended).toBe(body);
  });

  test.each([
    ['closes', close],
    ['resets', reset],
  ])('where the application %s in the middle of the body', async (_name, finish) => {
    const { body, ended } = await outcome(begun, finish);
    expect(body).toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
    expect((body as Error).message).toContain('in the middle of its answer');
    expect(ended).toBe(body);
  });

  test.each<[name: string, bytes: Bytes]>([
    ['STDOUT goes on', join(record(Type.stdout, 1), record(Type.stdout, 1, 'dy'))],
    ['STDOUT ends again', join(record(Type.stdout, 1), record(Type.stdout, 1))],
    ['STDERR goes on', join(record(Type.stderr, 1), record(Type.stderr, 1, 'x'))],
    ['STDERR ends again', join(record(Type.stderr, 1, 'x'), record(Type.stderr, 1), record(Type.stderr, 1))],
  ])('where %s after its end', async (_name, bytes) => {
    const { client, ended } = await outcome(join(begun, bytes, endRecord(1)));
    expect(ended).toBeInstanceOf(RemoteProtocolError);
    expect(ended).toMatchObject({ code: 'FCGI_RECORD_AFTER_END', scope: 'connection' });
    expect(client.stats().connections).toBe(0);
  });

  test('but not the body where only END_REQUEST is missing', async () => {
    const { body, ended } = await outcome(join(begun, record(Type.stdout, 1)), close);
    expect(body).toBe('half of the bo');
    expect(ended).toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
  });

  test('and not one that is read only then', async () => {
    const peer = await startPeer(async (connection) => {
      await connection.request();
      connection.send(begun, record(Type.stdout, 1));
      close(connection);
    });
    const { body, ended } = await clientFor(peer).request({ params: GET });
    await expect(ended).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
    expect(await text(body)).toBe('half of the bo');
  });

  test('and nothing is reported where nobody looks', async () => {
    const peer = await startPeer(async (connection) => {
      await connection.request();
      connection.send(begun);
      close(connection);
    });
    const { status, body } = await clientFor(peer).request({ params: GET });
    expect(status).toBe(200);
    await expect.poll(() => body.destroyed).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe('what is tolerated', () => {
  test.each<[name: string, bytes: Bytes]>([
    ['no end of STDOUT, as from php-fpm', join(record(Type.stdout, 1, document('body')), endRecord(1))],
    ['an end of STDERR with nothing before it', join(record(Type.stderr, 1), answer(1, document('body')))],
    [
      'STDERR after the end of STDOUT',
      join(answer(1, document('body')).slice(0, -16), record(Type.stderr, 1, 'x'), endRecord(1)),
    ],
    ['reserved bytes that are not zero', record(Type.stdout, 1, document('body'), { reserved: 255 })],
    ['the eight zero bytes of Cherokee', join(new Uint8Array(8), answer(1, document('body')))],
  ])('%s', async (name, bytes) => {
    const all = name.startsWith('reserved') ? join(bytes, endRecord(1)) : bytes;
    expect(await outcome(all)).toMatchObject({ body: 'body', ended: { protocolStatus: 0 } });
  });
});

describe('too much after END_REQUEST', () => {
  test.each<[name: string, bytes: Bytes]>([
    ['END_REQUEST a second time', endRecord(1)],
    ['STDOUT', record(Type.stdout, 1, document('another answer'))],
    ['an empty STDOUT', record(Type.stdout, 1)],
  ])(
    '%s in the same write leaves the request whole, and the connection is not used again',
    async (_name, bytes) => {
      const { body, ended, errors, client } = await outcome(join(answer(1, document('body')), bytes));
      expect(body).toBe('body');
      expect(ended).toMatchObject({ protocolStatus: 0 });
      expect(errors).toMatchObject([{ code: 'FCGI_REQUEST_ID_UNKNOWN' }]);
      expect(client.stats().connections).toBe(0);
    },
  );

  test('a part of a record leaves the request whole, and the connection is not used again', async () => {
    for (const rest of [record(Type.stdout, 1, 'x').slice(0, 3), record(Type.stdout, 1, 'x').slice(0, 8)]) {
      const { body, ended, client } = await outcome(join(answer(1, document('body')), rest));
      expect(body).toBe('body');
      expect(ended).toMatchObject({ protocolStatus: 0 });
      expect(client.stats().connections).toBe(0);
    }
  });

  test('never becomes the answer to the next request', async () => {
    // Every answer is followed, a little later, by a second END_REQUEST and an answer that nobody asked for.
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const { params, requestId } = await connection.request();
        connection.send(answer(requestId, document(params[1]![1])));
        setTimeout(() => connection.send(answer(requestId, document('stray'))), requestId % 5);
      }
    });
    const client = clientFor(peer);
    let served = 0;
    for (let i = 0; i < 100; i += 1) {
      const params = { REQUEST_METHOD: 'GET', N: `${i}` };
      const result = await client
        .request({ params })
        .then((response) => text(response.body))
        .catch((error: FcgiClientError) => error.code);
      expect([`${i}`, 'FCGI_REQUEST_ID_UNKNOWN', 'FCGI_CONNECTION_CLOSED']).toContain(result);
      if (result === `${i}`) served += 1;
    }
    expect(served).toBeGreaterThan(20);
  });
});

describe('endless answers', () => {
  test('a head without end is cut at its limit, and the application is told', async () => {
    let aborted = false;
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      const timer = setInterval(
        () => connection.send(record(Type.stdout, requestId, 'A: b\n'.repeat(1_000))),
        1,
      );
      onTestFinished(() => clearInterval(timer));
      await connection.recordsTo(Type.abort);
      aborted = true;
    });
    const client = clientFor(peer, { limits: { headBytes: 20_000, headFields: 1e9, abortTimeout: 1_000 } });
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_HEAD_TOO_LARGE' });
    await expect.poll(() => aborted).toBe(true);
    await expect.poll(() => client.stats().connections).toBe(0);
  });

  test('STDERR that reaches no other limit ends with the time-out of the whole', async () => {
    const piece = record(Type.stderr, 1, 'x'.repeat(60_000));
    const peer = await startPeer(async (connection) => {
      await connection.request();
      const timer = setInterval(() => connection.send(piece, piece, piece), 1);
      onTestFinished(() => clearInterval(timer));
    });
    const limits = { requestTimeout: 100, abortTimeout: 20, stderrBytes: 10, stderrTotalBytes: 1e12 };
    const client = clientFor(peer, { limits });
    const failure = await client.request({ params: GET }).catch((error: FcgiClientError) => error);
    expect(failure).toMatchObject({ code: 'FCGI_TOTAL_TIMEOUT', phase: 'total', timeout: 100 });
    expect((failure as FcgiClientError).stderr.length).toBeLessThanOrEqual(10);
    await expect.poll(() => client.stats().connections).toBe(0);
  });
});

test('an answer cut anywhere is the same answer', async () => {
  const bytes = join(
    record(Type.stderr, 1, 'log', { padding: 2 }),
    record(Type.stdout, 1, 'Status: 201 Made\r\n', { padding: 1 }),
    record(Type.stdout, 1, 'A: b\r\n\r\nbo'),
    record(Type.stdout, 1, 'dy', { padding: 7 }),
    record(Type.stdout, 1),
    endRecord(1, 3),
  );
  const peer = new Peer();
  await peer.listen();
  onTestFinished(() => peer.close());
  const client = clientFor(peer, { keepConn: false });
  for (const { chunks, name } of chunkings(bytes)) {
    const pending = client.request({ params: GET });
    const connection = await peer.accept();
    connection.socket.setNoDelay();
    await connection.request();
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      connection.send(chunk);
      if (chunks.length < 4) await new Promise((resolve) => setImmediate(resolve));
    }
    const response = await pending;
    expect(response, name).toMatchObject({ status: 201, headers: [['A', 'b']] });
    expect(await text(response.body), name).toBe('body');
    expect(await response.ended, name).toMatchObject({ appStatus: 3, stderr: 'log' });
  }
});

test('a responder that misbehaves does not disturb the next request', async () => {
  let count = 0;
  const peer = await startResponder(({ requestId }) => {
    count += 1;
    return count % 2 === 1 ? record(99, requestId, 'x') : answer(requestId, document('fine'));
  });
  const client = clientFor(peer);
  for (let i = 0; i < 3; i += 1) {
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_RECORD_UNEXPECTED' });
    expect(await text((await client.request({ params: GET })).body)).toBe('fine');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
