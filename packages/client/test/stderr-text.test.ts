import { escapeLogText } from '@fcgi-js/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test.each([
  ['plain ünï 你好 😀', 'plain ünï 你好 😀'],
  ['two\r\nlines\tand a tab', 'two\\r\\nlines\\tand a tab'],
  ['a \\n that was there', 'a \\\\n that was there'],
  ['\x1b[31mred\x07\0', '\\x1b[31mred\\x07\\x00'],
  ['\x7f\x80\x9b\x9f\xa0', '\\x7f\\x80\\x9b\\x9f\xa0'],
  ['\u2028 \u2029 \u202e \u2066 \u200f', '\\u2028 \\u2029 \\u202e \\u2066 \\u200f'],
  [
    '\u061c \u200b\u200d \u202a \ufeff \u3164 \u{e0041}',
    '\\u061c \\u200b\\u200d \\u202a \\ufeff \\u3164 \\u{e0041}',
  ],
  ['half \ud800 of two', 'half \\ud800 of two'],
  ['\u2764\ufe0f', '\u2764\ufe0f'],
])('%j becomes %j', (text, escaped) => {
  expect(escapeLogText(text)).toBe(escaped);
});

test('no text becomes two lines or a control sequence, and no two texts become one', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(escapeLogText(one)).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]*$/u);
      expect(escapeLogText(one) === escapeLogText(other)).toBe(one === other);
    }),
  );
});
