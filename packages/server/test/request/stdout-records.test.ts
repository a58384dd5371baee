import { hex, join, latin1, pattern } from 'test-support';
import { describe, expect, test } from 'vitest';
import { encodeEnd, StdoutParts } from '../../src/request/stdout-records.ts';
import { bytesOf, splitRecords, toAnswer } from '../support/received.ts';
import { Type } from '../support/wire.ts';

/** What is to be written, as it is and as bytes. */
function taken(parts: StdoutParts, tail = '', requestId = 1) {
  const written = parts.take(requestId, tail);
  return { written, bytes: bytesOf(written) };
}

describe('a small response', () => {
  test.each([
    ['text', 'hello'],
    ['bytes', latin1('hello')],
  ])('is written at once: its head, its body, which is %s, and the end together', (_, body) => {
    const parts = new StdoutParts();
    parts.add('Status: 200\r\n\r\n', 'latin1');
    parts.add(body, 'utf8');
    const { written, bytes } = taken(parts, '\xee\xff', 0x0203);
    expect(written).toHaveLength(1);
    expect(bytes).toEqual(
      Buffer.from(
        join(hex('01 06 0203 0014 04 00'), 'Status: 200\r\n\r\nhello', hex('00000000'), hex('ee ff')),
      ),
    );
  });

  test('of text and bytes in turns is in order', () => {
    const parts = new StdoutParts();
    for (const part of ['a', latin1('b'), 'c', 'é', 'd', latin1('e'), 'f']) parts.add(part, 'utf8');
    const { records } = splitRecords(taken(parts).bytes);
    expect(Buffer.from(records[0]!.content).toString('utf8')).toBe('abcédef');
  });

  test('with nothing in it is the end only, without an empty record before it', () => {
    expect(taken(new StdoutParts(), '\xee\xff').bytes).toEqual(Buffer.from(hex('ee ff')));
  });

  test.each(['latin1', 'utf8', 'hex', 'base64', 'utf16le'] as const)('may be text in %s', (encoding) => {
    const parts = new StdoutParts();
    const text = encoding === 'hex' ? 'c3a9' : encoding === 'base64' ? 'w6k=' : 'é';
    parts.add(text, encoding);
    const expected = Buffer.from(text, encoding);
    expect(parts.bytes).toBe(expected.length);
    const { records } = splitRecords(taken(parts).bytes);
    expect(Buffer.from(records[0]!.content)).toEqual(expected);
  });

  test('has its padding zeroed, though the array is not zeroed for it', () => {
    // Fills the pool that the array comes from.
    for (let i = 0; i < 50; i += 1) Buffer.allocUnsafe(200).fill(0xff);
    for (let length = 1; length < 20; length += 1) {
      const parts = new StdoutParts();
      parts.add(pattern(length), 'latin1');
      const { records } = splitRecords(taken(parts).bytes);
      expect(records[0]!.padding.every((byte) => byte === 0)).toBe(true);
    }
  });
});

test('empty parts are nothing', () => {
  const parts = new StdoutParts();
  parts.add('', 'utf8');
  parts.add(new Uint8Array(0), 'utf8');
  expect(parts.bytes).toBe(0);
  expect(taken(parts, '\xee').bytes).toEqual(Buffer.from(hex('ee')));
});

test('what was taken is gone', () => {
  const parts = new StdoutParts();
  parts.add('first', 'latin1');
  taken(parts);
  parts.add('second', 'latin1');
  const { records } = splitRecords(taken(parts).bytes);
  expect(toAnswer(records).stdout).toBe('second');
});

describe('a large response', () => {
  test.each([16_320, 16_321, 16_385, 65_535, 65_536, 131_071, 200_000])(
    'of %i bytes is whole, in order',
    (length) => {
      const parts = new StdoutParts();
      const content = pattern(length);
      parts.add('head\r\n', 'latin1');
      parts.add(content, 'latin1');
      parts.add('tail', 'latin1');
      const { bytes } = taken(parts, encodeEnd(1, { appStatus: 0, protocolStatus: 0, stderrUsed: false }));
      const { length: used, records } = splitRecords(bytes);
      expect(used).toBe(bytes.length);
      const outputs = records.filter(({ type }) => type === Type.stdout);
      expect(outputs.at(-1)!.content).toHaveLength(0);
      expect(outputs.slice(0, -1).every((each) => each.content.length > 0)).toBe(true);
      const whole = Buffer.concat(outputs.map((each) => each.content));
      expect(whole.equals(Buffer.concat([latin1('head\r\n'), content, latin1('tail')]))).toBe(true);
      expect(outputs.every(({ padding }) => padding.every((byte) => byte === 0))).toBe(true);
    },
  );

  test('is not copied', () => {
    const content = pattern(100_000);
    const parts = new StdoutParts();
    parts.add(content, 'latin1');
    const ofContent = taken(parts).written.filter(
      (part) => typeof part !== 'string' && part.buffer === content.buffer,
    );
    expect(ofContent.reduce((sum, { length }) => sum + length, 0)).toBe(100_000);
  });

  test.each([16_320, 16_321, 65_520])(
    'of %i characters is one record, and no copy is made of it',
    (length) => {
      const parts = new StdoutParts();
      const head = 'Status: 200\r\n\r\n';
      parts.add(head, 'latin1');
      parts.add('x'.repeat(length - head.length), 'utf8');
      const { written, bytes } = taken(parts, '\xee');
      expect(written.every((part) => typeof part === 'string')).toBe(true);
      expect(written.length).toBeLessThanOrEqual(3);
      const { length: used, records } = splitRecords(bytes.subarray(0, -1));
      expect(used).toBe(bytes.length - 1);
      expect(Buffer.from(records[0]!.content).toString('latin1')).toBe(head.padEnd(length, 'x'));
      expect(bytes.at(-1)).toBe(0xee);
    },
  );

  test('may be text', () => {
    const parts = new StdoutParts();
    parts.add('é'.repeat(40_000), 'utf8');
    expect(parts.bytes).toBe(80_000);
    const { records } = splitRecords(taken(parts).bytes);
    const whole = Buffer.concat(records.map(({ content }) => content));
    expect(whole.toString('utf8')).toBe('é'.repeat(40_000));
  });
});

describe('the end of a request', () => {
  test('is an empty STDOUT and END_REQUEST, byte for byte', () => {
    expect(
      bytesOf([encodeEnd(0x0102, { appStatus: 0x01020304, protocolStatus: 2, stderrUsed: false })]),
    ).toEqual(Buffer.from(hex('01 06 0102 0000 00 00  01 03 0102 0008 00 00  01020304 02 000000')));
  });

  test('has an empty STDERR before, where STDERR was used', () => {
    expect(bytesOf([encodeEnd(1, { appStatus: 0xffff_ffff, protocolStatus: 0, stderrUsed: true })])).toEqual(
      Buffer.from(
        hex('01 07 0001 0000 00 00  01 06 0001 0000 00 00  01 03 0001 0008 00 00  ffffffff 00 000000'),
      ),
    );
  });
});
