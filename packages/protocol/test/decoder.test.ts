import { type FcgiRecord, RecordDecoder, RecordType } from '@fcgi-js/protocol';
import { cutAt, hex, join, latin1, pattern, record, specificationVectors } from 'test-support';
import { describe, expect, test } from 'vitest';
import { decode, expectEveryWay, show, written } from './support.ts';

/** The beginning of one more record: no record yet, whatever comes before it. */
const UNFINISHED_HEADER = hex('01 05 0001 0003 00');

const newDecoder = () => new RecordDecoder();

/** A decoder whose records are given in one line each. */
function newShowing() {
  const decoder = new RecordDecoder();
  return {
    push: (bytes: Uint8Array) => decoder.push(bytes),
    next: () => {
      const next = decoder.next();
      return next === undefined ? undefined : show(next);
    },
  };
}

function decodeAll(...chunks: Uint8Array[]): FcgiRecord[] {
  return decode(newDecoder(), chunks);
}

function showAll(...chunks: Uint8Array[]): string[] {
  return decodeAll(...chunks).map(show);
}

const streams = [RecordType.Params, RecordType.Stdin, RecordType.Stdout, RecordType.Stderr, RecordType.Data];

describe('the examples of the specification', () => {
  test.each(specificationVectors)('$name is decoded however it is cut', ({ bytes, records }) => {
    expectEveryWay(newShowing, bytes, records, UNFINISHED_HEADER);
  });
});

const examples = [
  {
    name: 'BEGIN_REQUEST',
    bytes: hex('01 01 0102 0008 00 00  0003 fe 0000000000'),
    value: { type: 1, requestId: 0x0102, role: 3, flags: 0xfe, keepConn: false },
  },
  {
    name: 'BEGIN_REQUEST with a role that does not exist, and reserved bytes that are not zero',
    bytes: hex('01 01 ffff 0008 00 ff  fffe 03 a1a2a3a4a5'),
    value: { type: 1, requestId: 0xffff, role: 0xfffe, flags: 3, keepConn: true },
  },
  {
    name: 'ABORT_REQUEST',
    bytes: hex('01 02 0100 0000 00 00'),
    value: { type: 2, requestId: 256 },
  },
  {
    name: 'ABORT_REQUEST with content, which has no meaning',
    bytes: hex('01 02 0001 0002 00 00  abcd'),
    value: { type: 2, requestId: 1 },
  },
  {
    name: 'END_REQUEST',
    bytes: hex('01 03 0001 0008 00 00  01020304 02 000000'),
    value: { type: 3, requestId: 1, appStatus: 0x01020304, protocolStatus: 2 },
  },
  {
    name: 'END_REQUEST with the largest numbers, and reserved bytes that are not zero',
    bytes: hex('01 03 ffff 0008 00 01  ffffffff ff 010203'),
    value: { type: 3, requestId: 0xffff, appStatus: 4_294_967_295, protocolStatus: 255 },
  },
  {
    name: 'PARAMS',
    bytes: hex('01 04 0001 0003 00 00  010041'),
    value: { type: 4, requestId: 1, content: hex('010041') },
  },
  {
    name: 'STDIN',
    bytes: hex('01 05 0001 0001 00 00  ff'),
    value: { type: 5, requestId: 1, content: hex('ff') },
  },
  {
    name: 'STDOUT',
    bytes: hex('01 06 8000 0002 00 00  0d0a'),
    value: { type: 6, requestId: 0x8000, content: hex('0d0a') },
  },
  {
    name: 'STDERR',
    bytes: hex('01 07 00ff 0002 01 00  4142 00'),
    value: { type: 7, requestId: 255, content: latin1('AB') },
  },
  {
    name: 'DATA',
    bytes: hex('01 08 0001 0001 00 00  00'),
    value: { type: 8, requestId: 1, content: hex('00') },
  },
  {
    name: 'GET_VALUES',
    bytes: hex('01 09 0000 0003 00 00  010041'),
    value: { type: 9, requestId: 0, content: hex('010041') },
  },
  {
    name: 'GET_VALUES_RESULT',
    bytes: hex('01 0a 0000 0004 00 00  01014131'),
    value: { type: 10, requestId: 0, content: hex('01014131') },
  },
  {
    name: 'UNKNOWN_TYPE, with reserved bytes that are not zero',
    bytes: hex('01 0b 0000 0008 00 00  fe 01020304050607'),
    value: { type: 11, requestId: 0, unknownType: 254 },
  },
  {
    name: 'a management record of a type that is not defined',
    bytes: hex('01 0c 0000 0001 00 00  01'),
    value: { type: 'undefined', requestId: 0, undefinedType: 12, content: hex('01') },
  },
  {
    name: 'an application record of a type that is not defined',
    bytes: hex('01 ff 0007 0000 00 00'),
    value: { type: 'undefined', requestId: 7, undefinedType: 255, content: hex('') },
  },
  {
    name: 'a record of type 0',
    bytes: hex('01 00 0000 0001 00 00  09'),
    value: { type: 'undefined', requestId: 0, undefinedType: 0, content: hex('09') },
  },
];

describe('every type of record', () => {
  test.each(examples)('$name is decoded however it is cut', ({ bytes, value }) => {
    expectEveryWay(newDecoder, bytes, [value], UNFINISHED_HEADER);
  });

  test.each(streams)('an empty record of stream %i is a record with no content', (type) => {
    const expected = [{ type, requestId: 9, content: hex('') }];
    expectEveryWay(newDecoder, record(type, 9), expected, UNFINISHED_HEADER);
  });

  test('all of them one after the other are decoded however they are cut', () => {
    const bytes = join(...examples.map((example) => example.bytes));
    const values = examples.map((example) => example.value);
    expectEveryWay(newDecoder, bytes, values, UNFINISHED_HEADER);
  });
});

describe('padding', () => {
  /** One record of each type, and of three that are not defined, with as much padding as asked for. */
  const padded = (padding: number) =>
    Array.from({ length: 14 }, (_, type) => {
      const hasBody = type === 1 || type === 3 || type === 11;
      const requestId = type >= 1 && type <= 8 ? 1 : 0;
      return record(type, requestId, hasBody ? hex('0001 00 0000000000') : 'abc', { padding });
    });

  test('of every length on every type of record is skipped', () => {
    const plain = showAll(...padded(0));
    expect(plain).toHaveLength(14);
    for (let padding = 0; padding <= 255; padding += 1) {
      const bytes = join(...padded(padding));
      const singles = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expect(showAll(bytes), `${padding} bytes`).toEqual(plain);
      expect(showAll(...singles), `${padding} bytes, byte by byte`).toEqual(plain);
    }
  });

  test.each([1, 7, 8, 9, 255])('of %i bytes that straddles chunks is skipped whole', (padding) => {
    const second = record(RecordType.Stdin, 2, 'next');
    for (const first of padded(padding)) {
      const expected = [...showAll(first), 'STDIN 2 "next"'];
      expectEveryWay(newShowing, join(first, second), expected, UNFINISHED_HEADER);
    }
  });

  test('after an empty record is skipped, also where it lies in many chunks', () => {
    const bytes = join(record(RecordType.Stdin, 1, '', { padding: 200 }), record(RecordType.AbortRequest, 1));
    for (let size = 1; size <= bytes.length; size += 1) {
      const cuts = Array.from(
        { length: Math.ceil(bytes.length / size) - 1 },
        (_, index) => (index + 1) * size,
      );
      expect(showAll(...cutAt(bytes, cuts)), `pieces of ${size}`).toEqual(['STDIN 1 ""', 'ABORT_REQUEST 1']);
    }
  });

  test('does not hold a record back: content is given as soon as it is there', () => {
    const bytes = record(RecordType.Stdin, 1, 'abc', { padding: 5 });
    expect(showAll(bytes.subarray(0, 10))).toEqual([]);
    expect(showAll(bytes.subarray(0, 11))).toEqual(['STDIN 1 "abc"']);
  });
});

describe('the numbers of the header', () => {
  /** Decodes the same record with each of many numbers in it, and gives the numbers for which it came out wrong. */
  function wrongNumbers(
    last: number,
    isRight: (number: number, decoder: RecordDecoder) => boolean,
  ): number[] {
    const decoder = newDecoder();
    const numbers = Array.from({ length: last + 1 }, (_, number) => number);
    return numbers.filter((number) => !isRight(number, decoder));
  }

  const content = pattern(65_535);
  const stdinHeader = (length: number) =>
    Uint8Array.of(1, 5, 0, 1, Math.floor(length / 256), length % 256, 0, 0);

  test('hold every contentLength from 0 to 65535', () => {
    const wrong = wrongNumbers(65_535, (length, decoder) => {
      const [only, ...others] = decode(decoder, [stdinHeader(length), content.subarray(0, length)]);
      return only?.type === RecordType.Stdin && only.content.length === length && others.length === 0;
    });
    expect(wrong).toEqual([]);
  });

  test.each([1, 2, 255, 256, 511, 512, 513, 1_024, 32_767, 32_768, 65_534, 65_535])(
    'announce a content of %i bytes, which comes in pieces of every size class',
    (length) => {
      for (const size of [1, 3, 511, 512, 4_096, 65_534]) {
        const bytes = join(stdinHeader(length), content.subarray(0, length), record(2, 1));
        const cuts = Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, i) => (i + 1) * size);
        const expected = [
          { type: 5, requestId: 1, content: content.subarray(0, length) },
          { type: 2, requestId: 1 },
        ];
        expect(written(decodeAll(...cutAt(bytes, cuts))) === written(expected), `pieces of ${size}`).toBe(
          true,
        );
      }
    },
  );

  test('hold every request ID from 1 to 65535', () => {
    const wrong = wrongNumbers(65_535, (requestId, decoder) => {
      const header = Uint8Array.of(1, 2, Math.floor(requestId / 256), requestId % 256, 0, 0, 0, 0);
      return requestId === 0 || decode(decoder, [header])[0]?.requestId === requestId;
    });
    expect(wrong).toEqual([]);
  });

  test('have a reserved byte that is ignored', () => {
    const wrong = wrongNumbers(255, (reserved, decoder) => {
      const bytes = record(RecordType.Stdout, 1, 'x', { reserved });
      return written(decode(decoder, [bytes]).map(show)) === '["STDOUT 1 \\"x\\""]';
    });
    expect(wrong).toEqual([]);
  });

  test('ask for a kept connection with the lowest bit of the flags, and with no other', () => {
    for (let flags = 0; flags <= 255; flags += 1) {
      expect(decodeAll(record(RecordType.BeginRequest, 1, [0, 1, flags, 0, 0, 0, 0, 0]))).toEqual([
        { type: 1, requestId: 1, role: 1, flags, keepConn: flags % 2 === 1 },
      ]);
    }
  });
});

describe('putting in and taking out', () => {
  const stdin = (content: string) => record(RecordType.Stdin, 1, content);

  test('chunks pushed while others wait are read in the order they came', () => {
    const decoder = newShowing();
    decoder.push(stdin('one'));
    decoder.push(stdin('two'));
    expect(decoder.next()).toBe('STDIN 1 "one"');
    decoder.push(stdin('three'));
    expect(decoder.next()).toBe('STDIN 1 "two"');
    decoder.push(stdin('four'));
    expect(decoder.next()).toBe('STDIN 1 "three"');
    expect(decoder.next()).toBe('STDIN 1 "four"');
    expect(decoder.next()).toBeUndefined();
  });

  test('gives nothing before bytes, between records, and after empty chunks', () => {
    const decoder = newShowing();
    expect(decoder.next()).toBeUndefined();
    decoder.push(hex(''));
    expect(decoder.next()).toBeUndefined();
    expect(decode(decoder, [stdin('a')])).toEqual(['STDIN 1 "a"']);
    decoder.push(hex(''));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.next()).toBeUndefined();
    expect(decode(decoder, [stdin('b')])).toEqual(['STDIN 1 "b"']);
  });

  test('takes a subclass of Uint8Array and a view into a larger buffer as what they are', () => {
    class Chunk extends Uint8Array {}
    const larger = join(hex('ffff'), stdin('abc'), hex('ffff'));
    expect(showAll(Chunk.from(stdin('abc')))).toEqual(['STDIN 1 "abc"']);
    expect(showAll(larger.subarray(2, -2))).toEqual(['STDIN 1 "abc"']);
  });
});

describe('eight zero bytes', () => {
  const zeros = new Uint8Array(8);

  test('where a record may begin are skipped, as often as they come, however they are cut', () => {
    const bytes = join(
      zeros,
      record(RecordType.Stdin, 1),
      zeros,
      zeros,
      record(RecordType.AbortRequest, 1),
      zeros,
    );
    expectEveryWay(newShowing, bytes, ['STDIN 1 ""', 'ABORT_REQUEST 1'], UNFINISHED_HEADER);
  });

  test('leave the connection between records', () => {
    const decoder = newDecoder();
    expect(decode(decoder, [record(RecordType.Stdin, 1), zeros])).toHaveLength(1);
    expect(decoder.midRecord).toBe(false);
    expect(decoder.end()).toBeUndefined();
  });

  test('inside content and padding are content and padding', () => {
    const bytes = join(
      record(RecordType.Stdin, 1, new Uint8Array(24)),
      hex('01 05 0001 0001 10 00 41  00000000000000000000000000000000'),
      record(RecordType.Stdin, 1),
    );
    const content = JSON.stringify('\0'.repeat(24));
    expectEveryWay(newShowing, bytes, [`STDIN 1 ${content}`, 'STDIN 1 "A"', 'STDIN 1 ""']);
  });
});
