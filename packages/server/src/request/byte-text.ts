/** Whether each character of a text becomes one byte, that of its code. */
export function isByteText(text: string, encoding: BufferEncoding): boolean {
  // As many bytes as characters: only ASCII is, in UTF-8, and nothing is in the encodings of binary data.
  return byteLengthOf(text, encoding) === text.length;
}

/** How many bytes a text becomes. */
export function byteLengthOf(text: string, encoding: BufferEncoding): number {
  return encoding === 'latin1' ? text.length : Buffer.byteLength(text, encoding);
}
