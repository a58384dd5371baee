import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FcgiClient, LocalProtocolError, Role } from '@fcgi-js/client';
import { hex, join } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, type PeerConnection, startPeer, startResponder, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

async function firstWrite(connection: PeerConnection): Promise<string> {
  const bytes = await new Promise<Buffer>((resolve) => connection.socket.once('data', resolve));
  return bytes.toString('hex');
}

describe('what is sent', () => {
  test('is a small request in one write, padded only where php-fpm and libfcgi can stand it', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({ params: { REQUEST_METHOD: 'GET', QUERY_STRING: '' } });
    const connection = await peer.accept();
    // 33 bytes of pairs, filled up to 40.
    const expected = hex(`
      01 01 0001 0008 00 00  0001 01 0000000000
      01 04 0001 0021 07 00  0e 03 524551554553545f4d4554484f44 474554
                             0c 00 51554552595f535452494e47  00000000000000
      01 04 0001 0000 00 00
      01 05 0001 0000 00 00`);
    expect(await firstWrite(connection)).toBe(Buffer.from(expected).toString('hex'));
    connection.send(answer(1, document('hello')));
    expect(await text((await pending).body)).toBe('hello');
  });

  test('has flags 0 with keepConn off', async () => {
    const flags: number[] = [];
    const peer = await startResponder((request) => {
      flags.push(request.flags);
      return answer(request.requestId, document(''));
    });
    await clientFor(peer, { keepConn: false }).request({ params: GET });
    await clientFor(peer).request({ params: GET });
    expect(flags).toEqual([0, 1]);
  });

  test('has the params in the order given, as pairs, a record or a Map, bytes and Latin-1 text alike', async () => {
    const peer = await startResponder(({ params, requestId }) =>
      answer(requestId, join(document(''), Buffer.from(JSON.stringify(params)))),
    );
    const client = clientFor(peer);
    const pairs: Array<[string, string | Uint8Array]> = [
      ['Z', 'é'],
      ['A', Uint8Array.of(0xe9, 0, 10)],
      ['Z', ''],
    ];
    const asPairs = await client.request({ params: pairs });
    expect(JSON.parse(await text(asPairs.body))).toEqual([
      ['Z', 'é'],
      ['A', 'é\0\n'],
      ['Z', ''],
    ]);
    const asMap = await client.request({ params: new Map([['M', 'm']]) });
    expect(JSON.parse(await text(asMap.body))).toEqual([['M', 'm']]);
    const asRecord = await client.request({ params: { R: 'r', __proto__x: 'p' } });
    expect(JSON.parse(await text(asRecord.body))).toEqual([
      ['R', 'r'],
      ['__proto__x', 'p'],
    ]);
  });

  test('has no pair cut between two PARAMS records, and no record above 65,535 bytes with its padding', async () => {
    const peer = await startPeer();
    const value = 'v'.repeat(30_000);
    const params = Array.from({ length: 7 }, (_, index): [string, string] => [`HTTP_X_${index}`, value]);
    clientFor(peer)
      .request({ params })
      .catch(() => {});
    const request = await (await peer.accept()).request();
    const records = request.records.filter(({ type, content }) => type === Type.params && content.length > 0);
    expect(records.map(({ content }) => content.length % 30_013)).toEqual(records.map(() => 0));
    expect(Math.max(...records.map(({ content, padding }) => content.length + padding))).toBeLessThan(65_536);
    expect(request.params).toEqual(params);
  });

  test.each([0, 1, 65_519, 65_520, 65_521, 65_535, 65_536, 131_071, 200_000])(
    'is a body of %d bytes, whole and in records that are padded and ended as they must be',
    async (length) => {
      const peer = await startPeer();
      const body = Buffer.alloc(length, 'abcdefg');
      clientFor(peer)
        .request({ params: { CONTENT_LENGTH: `${length}` }, stdin: body })
        .catch(() => {});
      const { records, stdin } = await (await peer.accept()).request();
      expect(stdin.equals(body)).toBe(true);
      for (const { content, padding, type } of records) {
        expect(content.length + padding).toBeLessThan(65_536);
        if (content.length === 0 || type === Type.begin) expect(padding).toBe(0);
      }
    },
  );

  test.each([
    ['a string', () => 'grüße'],
    ['bytes', () => Buffer.from('grüße')],
    ['a Readable', () => Readable.from([Buffer.from('grü'), Buffer.from('ße')])],
    ['a web stream', () => new Blob(['grüße']).stream()],
    [
      'an async generator',
      async function* () {
        yield 'grü';
        yield Buffer.from('ße');
      },
    ],
  ])('is a body from %s', async (_name, make) => {
    const peer = await startResponder(({ stdin, requestId }) => answer(requestId, join(document(''), stdin)));
    const response = await clientFor(peer).request({ params: { CONTENT_LENGTH: '7' }, stdin: make() });
    expect(await text(response.body)).toBe('grüße');
  });

  test('is a Filter request with stdin first and data after it', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({
      params: { CONTENT_LENGTH: '2', FCGI_DATA_LENGTH: '4' },
      role: Role.Filter,
      stdin: 'in',
      data: Readable.from(['da', 'ta']),
    });
    const connection = await peer.accept();
    const records = await connection.recordsTo(Type.data);
    const shape = records.map(({ type, content }) => `${type}:${content.length}`);
    expect(shape).toEqual(['1:8', '4:36', '4:0', '5:2', '5:0', '8:2', '8:2', '8:0']);
    expect(records[0]!.content[1]).toBe(3);
    connection.send(answer(1, document('filtered')));
    expect(await text((await pending).body)).toBe('filtered');
  });

  test('is an empty data stream for a Filter that is given none', async () => {
    const peer = await startPeer();
    clientFor(peer)
      .request({ params: {}, role: Role.Filter })
      .catch(() => {});
    const records = await (await peer.accept()).recordsTo(Type.data);
    expect(records.map(({ type }) => type)).toEqual([1, 4, 5, 8]);
  });
});

describe('a caller who breaks a rule', () => {
  test('is told before anything is opened', async () => {
    const peer = await startPeer();
    const client = clientFor(peer);
    await expect(client.request({ params: { X: '€' } })).rejects.toBeInstanceOf(LocalProtocolError);
    await expect(client.request({ params: {}, data: 'x' })).rejects.toBeInstanceOf(TypeError);
    await expect(client.request({ params: {}, limits: { requestTimeout: 0 } })).rejects.toBeInstanceOf(
      TypeError,
    );
    await expect(client.request({ params: { CONTENT_LENGTH: '3' }, stdin: 'four' })).rejects.toMatchObject({
      code: 'FCGI_STDIN_LENGTH_MISMATCH',
      side: 'caller',
    });
    await expect(client.request({ params: { CONTENT_LENGTH: '3' } })).rejects.toMatchObject({
      message: 'CONTENT_LENGTH announces 3 bytes, but stdin has 0.',
    });
    await expect(
      client.request({ params: { FCGI_DATA_LENGTH: '1' }, role: Role.Filter, data: 'ab' }),
    ).rejects.toMatchObject({ code: 'FCGI_DATA_LENGTH_MISMATCH' });
    const noBytes = { params: {}, stdin: JSON.parse('5') };
    await expect(client.request(noBytes)).rejects.toBeInstanceOf(TypeError);
    await expect(client.request({ params: JSON.parse('[["only a name"]]') })).rejects.toBeInstanceOf(
      TypeError,
    );
    await expect(client.request({ params: JSON.parse('"text"') })).rejects.toBeInstanceOf(TypeError);
    await expect(client.request({ params: JSON.parse('{"A":5}') })).rejects.toBeInstanceOf(TypeError);
    expect(peer.connections).toHaveLength(0);
  });

  test.each(['REMOTE_USER=admin', 'CONTENT_LENGTH=104', '=', 'A\0', 'A\0=B'])(
    'is told that the name %j is another one for applications that have params as NAME=VALUE',
    async (name) => {
      const peer = await startPeer();
      const client = clientFor(peer);
      for (const given of [name, Buffer.from(name)]) {
        const failure = await client.request({ params: [[given, 'x']] }).catch((error) => error);
        expect(failure).toMatchObject({ code: 'FCGI_PARAM_NAME_INVALID', scope: 'request', side: 'caller' });
        expect(failure.message).toContain(`is ${JSON.stringify(name)}, `);
      }
      expect(peer.connections).toHaveLength(0);
    },
  );

  test.each([
    ['more', ['four', 'five'], 'at least 8'],
    ['fewer', ['four'], '4'],
  ])('never sends %s bytes of a stream than CONTENT_LENGTH announces', async (_name, pieces, actual) => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({
      params: { CONTENT_LENGTH: '5' },
      stdin: Readable.from(pieces),
    });
    const failure = expect(pending).rejects.toMatchObject({
      code: 'FCGI_STDIN_LENGTH_MISMATCH',
      message: `CONTENT_LENGTH announces 5 bytes, but stdin has ${actual}.`,
    });
    const records = await (await peer.accept()).recordsTo(Type.abort);
    await failure;
    const stdin = records.filter(({ type }) => type === Type.stdin);
    expect(stdin.map(({ content }) => content.toString())).toEqual(['four']);
  });

  test.each([
    [
      'fails',
      Readable.from(
        (async function* () {
          yield 'a';
          throw new Error('disk');
        })(),
      ),
    ],
    ['gives what are no bytes', Readable.from([{}])],
  ])('is told that a source %s, and the application that it need not wait', async (_name, stdin) => {
    const peer = await startPeer();
    const failure = expect(clientFor(peer).request({ params: {}, stdin })).rejects.toMatchObject({
      code: 'FCGI_SOURCE_FAILED',
      side: 'caller',
      cause: expect.any(Error),
    });
    await (await peer.accept()).recordsTo(Type.abort);
    await failure;
  });

  test('gets a TypeError for options that make no sense', () => {
    const address = '127.0.0.1:9000';
    expect(() => new FcgiClient({ address: '127.0.0.1' })).toThrow(TypeError);
    expect(() => new FcgiClient({ address, limits: { connections: 0 } })).toThrow(/connections must be/);
    expect(() => new FcgiClient({ address, limits: { connections: Number.NaN } })).toThrow(TypeError);
    const untyped = { address, limits: JSON.parse('{"conections":1}') };
    expect(() => new FcgiClient(untyped)).toThrow(/limits.conections is not a limit/);
    expect(() => new FcgiClient({ address, ...JSON.parse('{"keepConn":"yes"}') })).toThrow(TypeError);
    expect(() => new FcgiClient({ address, ...JSON.parse('{"onError":1}') })).toThrow(TypeError);
  });
});
