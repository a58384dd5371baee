import {
  type BytesLike,
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodeGetValuesResult,
  encodeNameValuePairs,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  FCGI_MAX_CONNS,
  FCGI_MAX_REQS,
  FCGI_MPXS_CONNS,
  LocalProtocolError,
  ProtocolStatus,
  RecordType,
  Role,
  STREAM_RECORD_CONTENT_LIMIT,
  streamPadding,
} from '@fcgi-js/protocol';
import { hex, join, latin1, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { errorOf } from './support.ts';

const streams = [4, 5, 6, 7, 8] as const;

/** Type, contentLength, paddingLength of each record in `bytes`, read by hand; the padding must be zeros. */
function layout(bytes: Uint8Array): [type: number, contentLength: number, paddingLength: number][] {
  const found: [number, number, number][] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const [version, type, , , high, low, padding, reserved] = bytes.subarray(offset, offset + 8);
    if (version !== 1 || reserved !== 0) throw new Error(`No header at ${offset}.`);
    const length = high! * 256 + low!;
    const end = offset + 8 + length + padding!;
    if (bytes.subarray(offset + 8 + length, end).some((byte) => byte !== 0))
      throw new Error('Dirty padding.');
    found.push([type!, length, padding!]);
    offset = end;
  }
  expect(offset).toBe(bytes.length);
  return found;
}

describe('BEGIN_REQUEST', () => {
  test('has a body of 8 bytes and no padding', () => {
    expect(encodeBeginRequest({ requestId: 1, role: Role.Responder })).toEqual(
      hex('01 01 0001 0008 00 00  0001 00 0000000000'),
    );
    expect(encodeBeginRequest({ requestId: 0x0203, role: Role.Filter, keepConn: true })).toEqual(
      hex('01 01 0203 0008 00 00  0003 01 0000000000'),
    );
    expect(encodeBeginRequest({ requestId: 65_535, role: 0x0102, keepConn: false })).toEqual(
      hex('01 01 ffff 0008 00 00  0102 00 0000000000'),
    );
  });

  test('takes roles from 0 to 65535', () => {
    expect(encodeBeginRequest({ requestId: 1, role: 0 }).slice(8, 10)).toEqual(hex('0000'));
    expect(encodeBeginRequest({ requestId: 1, role: 65_535 }).slice(8, 10)).toEqual(hex('ffff'));
  });
});

test('ABORT_REQUEST has neither content nor padding', () => {
  expect(encodeAbortRequest(1)).toEqual(hex('01 02 0001 0000 00 00'));
  expect(encodeAbortRequest(65_535)).toEqual(hex('01 02 ffff 0000 00 00'));
});

describe('END_REQUEST', () => {
  test('is by default a complete request of appStatus 0', () => {
    expect(encodeEndRequest({ requestId: 1 })).toEqual(hex('01 03 0001 0008 00 00  00000000 00 000000'));
  });

  test.each([
    [0, '00000000'],
    [1, '00000001'],
    [0x01_02_03_04, '01020304'],
    [2 ** 31, '80000000'],
    [2 ** 32 - 1, 'ffffffff'],
  ])('carries appStatus %i in four bytes', (appStatus, bytes) => {
    const record = encodeEndRequest({ requestId: 0x0a0b, appStatus, protocolStatus: 255 });
    expect(record).toEqual(hex(`01 03 0a0b 0008 00 00  ${bytes} ff 000000`));
  });

  test.each([
    [ProtocolStatus.RequestComplete, 0],
    [ProtocolStatus.CantMpxConn, 1],
    [ProtocolStatus.Overloaded, 2],
    [ProtocolStatus.UnknownRole, 3],
  ])('carries protocolStatus %i', (protocolStatus, byte) => {
    expect(encodeEndRequest({ requestId: 1, protocolStatus })[12]).toBe(byte);
  });
});

describe('UNKNOWN_TYPE', () => {
  test('always carries the null request ID, and the type that is not known', () => {
    expect(encodeUnknownType(12)).toEqual(hex('01 0b 0000 0008 00 00  0c 00000000000000'));
    expect(encodeUnknownType(0)).toEqual(hex('01 0b 0000 0008 00 00  00 00000000000000'));
    expect(encodeUnknownType(255)).toEqual(hex('01 0b 0000 0008 00 00  ff 00000000000000'));
  });
});

describe('the bytes of a stream', () => {
  test('are padded with zeros to a multiple of 8', () => {
    expect(encodeStream(RecordType.Params, 1, latin1('\x01\x00A'))).toEqual(
      hex('01 04 0001 0003 05 00  010041 0000000000'),
    );
    expect(encodeStream(RecordType.Stdin, 0x0102, latin1('12345678'))).toEqual(
      hex('01 05 0102 0008 00 00  3132333435363738'),
    );
    expect(encodeStream(RecordType.Stdout, 65_535, latin1('A'))).toEqual(
      hex('01 06 ffff 0001 07 00  41 00000000000000'),
    );
    expect(encodeStream(RecordType.Data, 1, latin1('1234567'))).toEqual(
      hex('01 08 0001 0007 01 00  31323334353637 00'),
    );
  });

  test('of STDERR always have a zero after them', () => {
    expect(encodeStream(RecordType.Stderr, 1, latin1('12345678'))).toEqual(
      hex('01 07 0001 0008 08 00  3132333435363738 0000000000000000'),
    );
    expect(encodeStream(RecordType.Stderr, 1, latin1('1234567'))).toEqual(
      hex('01 07 0001 0007 01 00  31323334353637 00'),
    );
  });

  test.each(streams)('of type %i are no record where there are none', (type) => {
    expect(encodeStream(type, 1, hex(''))).toEqual(hex(''));
  });

  test.each(streams)('of type %i end with an empty record without padding', (type) => {
    expect(encodeStreamEnd(type, 0x0102)).toEqual(hex(`01 0${type} 0102 0000 00 00`));
  });

  test.each([
    [1, [[6, 1, 7]]],
    [65_519, [[6, 65_519, 1]]],
    [65_520, [[6, 65_520, 0]]],
    [
      65_521,
      [
        [6, 65_520, 0],
        [6, 1, 7],
      ],
    ],
    [
      131_040,
      [
        [6, 65_520, 0],
        [6, 65_520, 0],
      ],
    ],
    [
      131_041,
      [
        [6, 65_520, 0],
        [6, 65_520, 0],
        [6, 1, 7],
      ],
    ],
  ])('are split, not cut off: %i', (length, expected) => {
    const content = pattern(length);
    const bytes = encodeStream(RecordType.Stdout, 1, content);
    expect(layout(bytes)).toEqual(expected);
    let offset = 0;
    for (const [, contentLength, padding] of layout(bytes)) {
      const start = offset;
      offset += 8 + contentLength + padding;
      const from = (start / 65_528) * 65_520;
      const part = bytes.subarray(start + 8, start + 8 + contentLength);
      expect(part.every((byte, index) => byte === content[from + index])).toBe(true);
    }
  });

  test('of STDERR are split with padding after each part', () => {
    expect(layout(encodeStream(RecordType.Stderr, 1, new Uint8Array(131_041)))).toEqual([
      [7, 65_520, 8],
      [7, 65_520, 8],
      [7, 1, 7],
    ]);
  });

  test('of no length make a record that has 65,536 bytes with its padding', () => {
    for (const type of streams) {
      for (const length of [65_519, 65_520, 65_521, 65_528, 65_535, 65_536]) {
        for (const [, content, padding] of layout(encodeStream(type, 1, new Uint8Array(length)))) {
          expect(content + padding).toBeLessThan(65_536);
        }
      }
    }
    expect(STREAM_RECORD_CONTENT_LIMIT).toBe(65_520);
  });

  test('are copied and left as they were', () => {
    const content = latin1('abc');
    const bytes = encodeStream(RecordType.Stdin, 1, content);
    content.fill(0);
    expect(bytes.slice(8, 11)).toEqual(latin1('abc'));
  });

  test('are padded as streamPadding says', () => {
    const paddings = (type: (typeof streams)[number]) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 65_520, 65_535].map((length) => streamPadding(type, length));
    expect(paddings(RecordType.Stdout)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 7, 0, 1]);
    expect(paddings(RecordType.Stderr)).toEqual([7, 6, 5, 4, 3, 2, 1, 8, 7, 8, 1]);
  });
});

describe('name-value pairs', () => {
  test('have lengths of one byte up to 127', () => {
    expect(encodeNameValuePairs([['A', 'BC']])).toEqual(hex('01 02 41 4243'));
    expect(encodeNameValuePairs([['', '']])).toEqual(hex('00 00'));
    expect(encodeNameValuePairs([['n'.repeat(127), 'v'.repeat(127)]])).toEqual(
      join(hex('7f 7f'), 'n'.repeat(127), 'v'.repeat(127)),
    );
  });

  test('have lengths of four bytes from 128 on, names too', () => {
    expect(encodeNameValuePairs([['n'.repeat(128), '']])).toEqual(join(hex('80000080 00'), 'n'.repeat(128)));
    expect(encodeNameValuePairs([['', 'v'.repeat(128)]])).toEqual(join(hex('00 80000080'), 'v'.repeat(128)));
    const bytes = encodeNameValuePairs([[new Uint8Array(0x01_02_03), new Uint8Array(0x10_00_00)]]);
    expect(bytes.slice(0, 8)).toEqual(hex('80010203 80100000'));
    expect(bytes).toHaveLength(8 + 0x01_02_03 + 0x10_00_00);
  });

  test('are made of text, each character one byte, or of bytes', () => {
    const all = toLatin1(pattern(256));
    expect(encodeNameValuePairs([[all, all]])).toEqual(
      join(hex('80000100 80000100'), pattern(256), pattern(256)),
    );
    expect(encodeNameValuePairs([[latin1('A'), pattern(3)]])).toEqual(hex('01 03 41 000102'));
  });

  test('come one after the other, in the order given, twice where given twice', () => {
    expect(
      encodeNameValuePairs([
        ['B', '1'],
        ['A', ''],
        ['B', '2'],
      ]),
    ).toEqual(hex('01 01 42 31  01 00 41  01 01 42 32'));
  });

  test('may be given by a Map or a generator, and may be none', () => {
    function* given(): Generator<[BytesLike, BytesLike]> {
      yield ['A', '1'];
      yield ['B', '2'];
    }
    const expected = hex('01 01 41 31  01 01 42 32');
    expect(encodeNameValuePairs(new Map(given()))).toEqual(expected);
    expect(encodeNameValuePairs(given())).toEqual(expected);
    expect(encodeNameValuePairs([])).toEqual(hex(''));
  });
});

describe('PARAMS', () => {
  test('are one padded record without an end where they fit', () => {
    expect(encodeParams(0x0102, [['A', 'BC']])).toEqual(hex('01 04 0102 0005 03 00  01 02 41 4243 000000'));
  });

  test('are no record where there are none', () => {
    expect(encodeParams(1, [])).toEqual(hex(''));
  });

  const pairOf = (size: number): [string, Uint8Array] => ['', new Uint8Array(size - 5)];

  test('fill a record to its limit and begin another for the pair that does not fit', () => {
    expect(layout(encodeParams(1, [pairOf(65_513), ['ABCDE', '']]))).toEqual([[4, 65_520, 0]]);
    expect(layout(encodeParams(1, [pairOf(65_514), ['ABCDE', '']]))).toEqual([
      [4, 65_514, 6],
      [4, 7, 1],
    ]);
  });

  test('are cut between pairs again and again', () => {
    const bytes = encodeParams(1, [pairOf(40_000), pairOf(30_000), pairOf(30_000), pairOf(6_000)]);
    expect(layout(bytes)).toEqual([
      [4, 40_000, 0],
      [4, 60_000, 0],
      [4, 6_000, 0],
    ]);
  });

  test('are cut inside a pair only where it fits no record, and go on in a new one', () => {
    expect(layout(encodeParams(1, [['A', ''], pairOf(65_520), ['B', '']]))).toEqual([
      [4, 3, 5],
      [4, 65_520, 0],
      [4, 3, 5],
    ]);
    expect(layout(encodeParams(1, [['A', ''], pairOf(65_521), ['B', '']]))).toEqual([
      [4, 3, 5],
      [4, 65_520, 0],
      [4, 1, 7],
      [4, 3, 5],
    ]);
  });
});

describe('GET_VALUES', () => {
  test('has padding after the three usual names, because libfcgi answers only when something follows', () => {
    expect(encodeGetValues([FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS])).toEqual(
      join(
        hex('01 09 0000 0030 08 00'),
        '\x0e\x00FCGI_MAX_CONNS\x0d\x00FCGI_MAX_REQS\x0f\x00FCGI_MPXS_CONNS',
        new Uint8Array(8),
      ),
    );
  });

  test('is padded to a multiple of 8, by 8 bytes where it is one', () => {
    expect(encodeGetValues(['A'])).toEqual(hex('01 09 0000 0003 05 00  01 00 41 0000000000'));
    expect(encodeGetValues(new Set(['12345']))).toEqual(hex('01 09 0000 0007 01 00  05 00 3132333435 00'));
    expect(encodeGetValues([])).toEqual(hex('01 09 0000 0000 08 00  0000000000000000'));
  });

  test('has at most 65,520 bytes of content', () => {
    expect(layout(encodeGetValues([new Uint8Array(65_515)]))).toEqual([[9, 65_520, 8]]);
    const error = errorOf(() => encodeGetValues([new Uint8Array(65_516)]));
    expect(error).toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({
      code: 'FCGI_ARGUMENT_TOO_LONG',
      message: 'GET_VALUES is one record of at most 65520 bytes, but these pairs have 65521.',
    });
  });
});

describe('GET_VALUES_RESULT', () => {
  test('is padded to a multiple of 8', () => {
    expect(encodeGetValuesResult([[FCGI_MPXS_CONNS, '1']])).toEqual(
      join(hex('01 0a 0000 0012 06 00'), '\x0f\x01FCGI_MPXS_CONNS1', new Uint8Array(6)),
    );
    expect(encodeGetValuesResult([['12345', '1']])).toEqual(
      hex('01 0a 0000 0008 00 00  05 01 3132333435 31'),
    );
  });

  test('is empty where nothing that was asked for is known', () => {
    expect(encodeGetValuesResult([])).toEqual(hex('01 0a 0000 0000 00 00'));
  });

  test('has at most 65,520 bytes of content', () => {
    expect(layout(encodeGetValuesResult([['', new Uint8Array(65_515)]]))).toEqual([[10, 65_520, 0]]);
    expect(errorOf(() => encodeGetValuesResult([['', new Uint8Array(65_516)]]))).toMatchObject({
      code: 'FCGI_ARGUMENT_TOO_LONG',
      message: 'GET_VALUES_RESULT is one record of at most 65520 bytes, but these pairs have 65521.',
    });
  });
});
