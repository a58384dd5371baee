import { LocalProtocolError, RecordDecoder, RecordType, RemoteProtocolError } from '@fcgi-js/protocol';
import { chunkings, hex, join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { decode, errorOf, show, takings, untyped } from './support.ts';

const GOOD = record(RecordType.Stdin, 1, 'good');

/** What bytes are wrong, and what is said about them. */
const broken = [
  {
    what: 'version 0 with anything else in the header',
    bytes: hex('00 00 0000 0000 00 01'),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: 'A record must have version 1, but this one has version 0.',
  },
  {
    what: 'version 2',
    bytes: hex('02 05 0001 0000 00 00'),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: 'A record must have version 1, but this one has version 2.',
  },
  {
    what: 'an HTTP request',
    bytes: hex('474554202f204854'),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: 'A record must have version 1, but this one has version 71. The peer most likely speaks HTTP.',
  },
  {
    what: 'an HTTP response',
    bytes: hex('485454502f312e31'),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: 'A record must have version 1, but this one has version 72. The peer most likely speaks HTTP.',
  },
  {
    what: 'a TLS handshake',
    bytes: hex('160301020001000f'),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: 'A record must have version 1, but this one has version 22. The peer most likely speaks TLS.',
  },
  ...['40', '5b', '61'].map((byte) => ({
    what: `the byte ${byte}, with which no method begins`,
    bytes: hex(`${byte}00000000000000`),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: `A record must have version 1, but this one has version ${Number.parseInt(byte, 16)}.`,
  })),
  ...['41', '5a'].map((byte) => ({
    what: `the letter ${byte}`,
    bytes: hex(`${byte}00000000000000`),
    code: 'FCGI_VERSION_UNSUPPORTED',
    message: `A record must have version 1, but this one has version ${Number.parseInt(byte, 16)}. The peer most likely speaks HTTP.`,
  })),
  {
    what: 'BEGIN_REQUEST with 7 bytes',
    bytes: record(RecordType.BeginRequest, 1, hex('0001 00 00000000')),
    code: 'FCGI_RECORD_LENGTH_INVALID',
    message: 'The body of BEGIN_REQUEST must have 8 bytes, but it has 7.',
  },
  {
    what: 'BEGIN_REQUEST with 9 bytes',
    bytes: record(RecordType.BeginRequest, 1, hex('0001 00 000000000000')),
    code: 'FCGI_RECORD_LENGTH_INVALID',
    message: 'The body of BEGIN_REQUEST must have 8 bytes, but it has 9.',
  },
  {
    what: 'END_REQUEST with no bytes',
    bytes: record(RecordType.EndRequest, 1),
    code: 'FCGI_RECORD_LENGTH_INVALID',
    message: 'The body of END_REQUEST must have 8 bytes, but it has 0.',
  },
  {
    what: 'UNKNOWN_TYPE with one byte',
    bytes: record(RecordType.UnknownType, 0, hex('0c')),
    code: 'FCGI_RECORD_LENGTH_INVALID',
    message: 'The body of UNKNOWN_TYPE must have 8 bytes, but it has 1.',
  },
];

/** What is thrown for `bytes` between good records, in every chunking and order; nobody can trust the rest. */
function expectError(bytes: Uint8Array, code: string, message: string): void {
  const found = new Set<string>();
  for (const { chunks } of chunkings(join(GOOD, bytes, GOOD))) {
    for (const taking of takings) {
      const error = errorOf(() => decode(new RecordDecoder(), chunks, taking));
      if (!(error instanceof RemoteProtocolError)) throw error;
      found.add(JSON.stringify({ ...error, message: error.message }));
    }
  }
  expect([...found].map((text) => JSON.parse(text))).toEqual([
    { name: 'RemoteProtocolError', code, scope: 'connection', message },
  ]);
}

describe('bytes that break the protocol', () => {
  test.each(broken)('$what end the connection, however they are cut', ({ bytes, code, message }) => {
    expectError(bytes, code, message);
  });

  test('every version but 1 ends the connection', () => {
    for (let version = 0; version <= 255; version += 1) {
      const decoder = new RecordDecoder();
      decoder.push(record(RecordType.Stdin, 1, '', { version }));
      if (version === 1) expect(decoder.next()).toBeDefined();
      else expect(errorOf(() => decoder.next())).toMatchObject({ code: 'FCGI_VERSION_UNSUPPORTED' });
    }
  });

  test('one bit in any of the eight zero bytes makes them a record of version 0', () => {
    for (let position = 1; position < 8; position += 1) {
      const header = new Uint8Array(8);
      header[position] = 0x80;
      expectError(
        header,
        'FCGI_VERSION_UNSUPPORTED',
        'A record must have version 1, but this one has version 0.',
      );
    }
  });
});

describe('request IDs', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('an application record of type %i must not have ID 0', (type) => {
    expectError(
      record(type, 0, hex('0001 00 0000000000')),
      'FCGI_REQUEST_ID_INVALID',
      `A record of type ${type} belongs to a request, so its request ID must not be 0.`,
    );
  });

  test.each([
    [9, 1],
    [10, 256],
    [11, 65_535],
  ])('a management record of type %i must not have ID %i', (type, requestId) => {
    expectError(
      record(type, requestId, hex('0c 00000000000000')),
      'FCGI_REQUEST_ID_INVALID',
      `A record of type ${type} is a management record, so its request ID must be 0, but it is ${requestId}.`,
    );
  });

  test.each([0, 12, 13, 255])('a record of type %i, which is not defined, may have any ID', (type) => {
    const bytes = join(record(type, 0, 'a'), record(type, 1, 'b'), record(type, 65_535, 'c'));
    expect(decode(new RecordDecoder(), [bytes]).map(show)).toEqual([
      `type ${type} 0 "a"`,
      `type ${type} 1 "b"`,
      `type ${type} 65535 "c"`,
    ]);
  });

  test('are checked before the content has come', () => {
    const decoder = new RecordDecoder();
    decoder.push(record(RecordType.Stdin, 0, '', { contentLength: 65_535 }));
    expect(errorOf(() => decoder.next())).toMatchObject({ code: 'FCGI_REQUEST_ID_INVALID' });
  });
});

describe('after an error', () => {
  test('every call throws the same error again, whatever is pushed', () => {
    const decoder = new RecordDecoder();
    decoder.push(join(GOOD, hex('05 00 0000 0000 00 00')));
    expect(decoder.next()).toBeDefined();
    const error = errorOf(() => decoder.next());
    expect(errorOf(() => decoder.next())).toBe(error);
    decoder.push(GOOD);
    expect(errorOf(() => decoder.next())).toBe(error);
    expect(errorOf(() => decoder.end())).toBe(error);
  });

  test('nothing is kept, neither what had been pushed nor what comes', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('05 00 0000 0000 00 00'));
    decoder.push(GOOD);
    decoder.push(GOOD);
    expect(errorOf(() => decoder.next())).toBeInstanceOf(RemoteProtocolError);
    expect(decoder.midRecord).toBe(false);
    decoder.push(GOOD);
    expect(decoder.midRecord).toBe(false);
  });

  test('records before it have been given', () => {
    const decoder = new RecordDecoder();
    decoder.push(join(GOOD, GOOD, record(RecordType.Stdin, 0)));
    expect(decoder.next()).toBeDefined();
    expect(decoder.next()).toBeDefined();
    expect(errorOf(() => decoder.next())).toBeInstanceOf(RemoteProtocolError);
  });
});

describe('the end of the connection', () => {
  const bytes = record(RecordType.Stdin, 1, 'abc', { padding: 3 });

  test('inside a record is told from one between records, at every byte of it', () => {
    for (let length = 1; length < bytes.length; length += 1) {
      for (const { name, chunks } of chunkings(bytes.slice(0, length))) {
        const decoder = new RecordDecoder();
        decode(decoder, chunks);
        expect(decoder.midRecord, `${length} bytes, ${name}`).toBe(true);
        const error = errorOf(() => decoder.end());
        expect(error).toBeInstanceOf(RemoteProtocolError);
        expect(error).toMatchObject({ code: 'FCGI_RECORD_TRUNCATED', scope: 'connection' });
        expect(errorOf(() => decoder.next())).toBe(error);
        expect(errorOf(() => decoder.end())).toBe(error);
      }
    }
  });

  test('inside a record is explained', () => {
    const decoder = new RecordDecoder();
    decode(decoder, [bytes.subarray(0, 1)]);
    expect(() => decoder.end()).toThrow('The connection ended in the middle of a record.');
  });

  test('between records is a good one', () => {
    for (const { name, chunks } of [{ name: 'no bytes', chunks: [] }, ...chunkings(join(bytes, bytes))]) {
      const decoder = new RecordDecoder();
      decode(decoder, chunks);
      expect(decoder.midRecord, name).toBe(false);
      expect(decoder.end(), name).toBeUndefined();
      expect(decoder.next(), name).toBeUndefined();
    }
  });

  test('is the middle of a record too while a whole one has not been taken', () => {
    const decoder = new RecordDecoder();
    decoder.push(GOOD);
    expect(decoder.midRecord).toBe(true);
    decoder.next();
    expect(decoder.midRecord).toBe(false);
  });
});

test.each([
  ['text', 'text', 'of type string'],
  ['nothing', undefined, 'of type undefined'],
  ['null', null, 'null'],
  ['an array of numbers', [1, 5, 0, 1], 'of type object'],
  ['an array of larger numbers', new Uint16Array(4), 'of type object'],
  ['a buffer without a view', new ArrayBuffer(8), 'of type object'],
  ['a number', 5, '5'],
])('what is pushed must be bytes, not %s', (_what, value, shown) => {
  const decoder = new RecordDecoder();
  const error = errorOf(() => decoder.push(untyped(value)));
  expect(error).toBeInstanceOf(LocalProtocolError);
  expect(error).toMatchObject({
    code: 'FCGI_ARGUMENT_INVALID',
    message: `bytes must be a Uint8Array, but it is ${shown}.`,
  });
  expect(decode(decoder, [GOOD])).toHaveLength(1);
});
