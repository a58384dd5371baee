import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { hasUndecodedBody, INVALID_LENGTH, lengthOf, NO_LENGTH } from '../../src/cgi/meta-variables.ts';

function lengthIn(value: string): number {
  return lengthOf(Params.from([['CONTENT_LENGTH', value]]), 'CONTENT_LENGTH');
}

describe('a length', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    ['00012', 12],
    ['10737418240', 10_737_418_240],
    ['999999999999999', 999_999_999_999_999],
  ])('%s is %i', (text, length) => {
    expect(lengthIn(text)).toBe(length);
  });

  test('that did not come is not known (h2o, mod_proxy_fcgi)', () => {
    expect(lengthOf(Params.from([]), 'CONTENT_LENGTH')).toBe(NO_LENGTH);
  });

  test.each([
    ['', 'nginx without a body'],
    ['-1', 'Caddy with a chunked upload'],
  ])('%j is not known (%s)', (text) => {
    expect(lengthIn(text)).toBe(NO_LENGTH);
  });

  test.each([
    '-2',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    ' 1',
    '1 ',
    '1\n',
    '1, 1',
    '1,1',
    'abc',
    'NaN',
    'Infinity',
    '\xef\xbc\x91',
    '1000000000000000',
    '99999999999999999999',
  ])('%j is none', (text) => {
    expect(lengthIn(text)).toBe(INVALID_LENGTH);
  });

  test('is the last one where several came', () => {
    const params = Params.from([
      ['CONTENT_LENGTH', '5'],
      ['CONTENT_LENGTH', ''],
    ]);
    expect(lengthOf(params, 'CONTENT_LENGTH')).toBe(NO_LENGTH);
  });

  test('of DATA is read from its own variable', () => {
    const params = Params.from([
      ['CONTENT_LENGTH', '5'],
      ['FCGI_DATA_LENGTH', '7'],
    ]);
    expect(lengthOf(params, 'FCGI_DATA_LENGTH')).toBe(7);
  });
});

describe('a body with its chunk framing, as from Cherokee', () => {
  test.each([
    [[['CONTENT_TRANSFER_ENCODING', 'chunked']], true],
    [[['CONTENT_TRANSFER_ENCODING', 'Chunked']], true],
    [
      [
        ['CONTENT_TRANSFER_ENCODING', 'chunked'],
        ['CONTENT_LENGTH', ''],
      ],
      true,
    ],
    [
      [
        ['CONTENT_TRANSFER_ENCODING', 'chunked'],
        ['CONTENT_LENGTH', '5'],
      ],
      false,
    ],
    [[['CONTENT_TRANSFER_ENCODING', 'base64']], false],
    [[['HTTP_CONTENT_TRANSFER_ENCODING', 'chunked']], false],
    [[['HTTP_TRANSFER_ENCODING', 'chunked']], false],
    [[], false],
  ] as Array<[Array<[string, string]>, boolean]>)('%j: %s', (pairs, undecoded) => {
    expect(hasUndecodedBody(Params.from(pairs))).toBe(undecoded);
  });
});
