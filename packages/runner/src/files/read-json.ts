import { readFileSync } from 'node:fs';

/**
 * Reads a file of JSON. Some editors put a byte order mark at its beginning, which is not part of JSON.
 *
 * @throws SyntaxError where it is not JSON, and what Node throws where it cannot be read
 */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
}
