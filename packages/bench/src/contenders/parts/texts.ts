/** The answer of the work `hello`: 13 bytes. */
export const HELLO = 'Hello, world!';

/** The answer of the work `json`: 16 KB, as a handler has it that ends with `JSON.stringify()`. */
export const JSON_TEXT = jsonText(16_384);

/** A download goes out in pieces of this size, the size in which streams of files come. */
export const PIECE_BYTES = 65_536;

function jsonText(length: number): string {
  const items: { id: number; name: string; tags: string[] }[] = [];
  let text = '';
  while (text.length < length) {
    items.push({ id: items.length, name: `item ${items.length}`, tags: ['a', 'b', 'c'] });
    text = JSON.stringify(items);
  }
  // Trailing blanks are JSON too, and the length is what counts here.
  items.pop();
  return JSON.stringify(items).padEnd(length);
}
