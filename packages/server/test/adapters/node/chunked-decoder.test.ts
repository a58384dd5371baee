import { chunkings, latin1, toLatin1 } from 'test-support';
import { expect, test } from 'vitest';
import { ChunkedDecoder } from '../../../src/adapters/node/chunked-decoder.ts';

function decode(chunks: Iterable<Uint8Array>): string {
  let text = '';
  const decoder = new ChunkedDecoder((data) => {
    text += toLatin1(data);
  });
  for (const chunk of chunks) decoder.push(chunk);
  return text;
}

test.each([
  ['one chunk', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['two chunks', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 'abcde'],
  [
    'a size of two digits, in capitals',
    '1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n',
    'abcdefghijklmnopqrstuvwxyz',
  ],
  ['a size in small letters', '1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n', 'abcdefghijklmnopqrstuvwxyz'],
  ['data that looks like framing', '7\r\n0\r\n\r\n5\r\r\n0\r\n\r\n', '0\r\n\r\n5\r'],
  ['no chunk at all', '0\r\n\r\n', ''],
  ['trailers, which FastCGI cannot carry', '1\r\nx\r\n0\r\nX-Check: 5\r\nabc\r\n\r\n', 'x'],
])('%s is decoded however it is cut', (_, coded, expected) => {
  const different: unknown[] = [];
  for (const { name, chunks } of chunkings(latin1(coded))) {
    const found = decode(chunks);
    if (found !== expected) different.push({ name, found });
  }
  expect(different.slice(0, 2)).toEqual([]);
});

test('data is not copied', () => {
  const bytes = latin1('5\r\nhello\r\n0\r\n\r\n');
  const buffers: ArrayBufferLike[] = [];
  new ChunkedDecoder((data) => buffers.push(data.buffer)).push(bytes);
  expect(buffers).toEqual([bytes.buffer]);
  expect(buffers[0]).toBe(bytes.buffer);
});

test('a chunk of many megabytes has its whole size', () => {
  let length = 0;
  const decoder = new ChunkedDecoder((data) => {
    length += data.length;
  });
  decoder.push(latin1('1000000\r\n'));
  for (let i = 0; i < 16; i += 1) decoder.push(new Uint8Array(1_048_576));
  decoder.push(latin1('\r\n0\r\n\r\n'));
  expect(length).toBe(16_777_216);
});
