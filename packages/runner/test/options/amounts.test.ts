import { expect, test } from 'vitest';
import { OptionValueError } from '../../src/errors.ts';
import { parseSize, sizeText } from '../../src/options/amounts.ts';

test.each([
  ['500B', 500, '500B'],
  ['1.5k', 1_536, '1536B'],
  ['300M', 314_572_800, '300M'],
  ['1.5G', 1_610_612_736, '1536M'],
  ['1024M', 1_073_741_824, '1G'],
  ['0.3B', 0.3, '0.3B'],
])('the size %s is %d bytes, and is written as %s, which is the same', (text, bytes, written) => {
  expect(parseSize(text)).toBe(bytes);
  expect(sizeText(bytes)).toBe(written);
  expect(parseSize(written)).toBe(bytes);
});

test('a size without a unit is refused, because it may be meant as bytes or as megabytes', () => {
  expect(() => parseSize('500')).toThrow(
    new OptionValueError('It has no unit: write 500M for megabytes, 500K or 500B.'),
  );
});

test.each(['', 'M', '0M', '-1M', '1T', '1 M', '1e3M'])('%j is no size', (text) => {
  expect(() => parseSize(text)).toThrow('It must be a size above 0 such as 500K, 300M, 2G.');
});
