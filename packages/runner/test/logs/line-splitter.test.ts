import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/logs/line-splitter.ts';

function split(chunks: readonly Buffer[], prefix = '> '): string {
  const splitter = new LineSplitter(() => prefix);
  const parts = [...chunks.map((chunk) => splitter.push(chunk)), splitter.end()];
  return Buffer.concat(parts.filter((part) => part !== undefined)).toString('latin1');
}

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  [['a\n'], '> a\n'],
  [['a', 'b\nc', '\n'], '> ab\n> c\n'],
  [['a\n\nb'], '> a\n> \n> b\n'],
  [['no end'], '> no end\n'],
  [[''], ''],
  [['\xff\0\x1b[31m\r\n'], '> \xff\0\x1b[31m\r\n'],
])('%j', (chunks, expected) => {
  expect(split(chunks.map(bytes))).toBe(expected);
});

test('a line of the greatest length is one, a longer one goes on in another', () => {
  const longest = 'x'.repeat(65_536);
  expect(split([bytes(`${longest}\n`)])).toBe(`> ${longest}\n`);
  expect(split([bytes(longest), bytes('\n')])).toBe(`> ${longest}\n`);
  expect(split([bytes(`${longest}y\n`)])).toBe(`> ${longest}\n> y\n`);
  expect(split([bytes(longest), bytes('y\n')])).toBe(`> ${longest}\n> y\n`);
});

test('however the bytes come, no byte is lost or changed', () => {
  const chunk = fc.array(fc.constantFrom(0x0a, 0x0d, 0x00, 0xff, 0x61)).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const whole = Buffer.concat(chunks).toString('latin1');
      const ended = whole === '' || whole.endsWith('\n') ? whole : `${whole}\n`;
      expect(split(chunks, '')).toBe(ended);
    }),
  );
});
