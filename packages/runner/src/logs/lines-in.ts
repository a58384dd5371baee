const NEWLINE = 0x0a;

/** How many lines end in a text or in bytes. */
export function linesIn(lines: string | Uint8Array): number {
  let count = 0;
  for (const byte of typeof lines === 'string' ? Buffer.from(lines) : lines) if (byte === NEWLINE) count += 1;
  return count;
}
