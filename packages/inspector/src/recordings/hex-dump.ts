import { notHexadecimal } from '../errors.ts';
import { collectText } from './collect.ts';
import { rawRecords } from './raw-records.ts';
import type { Recording } from './recording.ts';

/** How a line of xxd (`:`), hexdump -C or Wireshark begins: with the position, before the bytes and then text. */
const DUMP_LINE = /^\s*([0-9a-f]{4,16})(: ?| {2,}|\s*$)/i;

/** Whether bytes are text of hexadecimal digits: records begin with the byte 1, which is none. */
export function isHexDump(start: Uint8Array): boolean {
  return /^\s*(?:\\x|0x)?[0-9a-f]{2}/i.test(Buffer.from(start).toString('latin1'));
}

/**
 * Reads hexadecimal digits, with or without positions beside them.
 *
 * @throws RecordingError where a line is something else
 */
export async function readHexDump(pieces: AsyncIterable<Uint8Array>): Promise<Recording> {
  const bytes = parseHexDump(await collectText(pieces));
  return rawRecords(bytes, single(bytes));
}

/** The bytes that a dump stands for. */
export function parseHexDump(text: string): Uint8Array {
  const lines = text.split(/\r?\n/);
  const hasPositions = lines.some((line) => /^\s*[0-9a-f]{4,16}(:| {2,}[0-9a-f]{2} )/i.test(line));
  const parts: Buffer[] = [];
  let length = 0;
  let repeats = false;
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    if (line.trim() === '*') {
      repeats = true;
      return;
    }
    const { at, bytes } = hasPositions
      ? parseDumpLine(line, index)
      : { at: undefined, bytes: parseDigits(line, index) };
    const last = parts.at(-1);
    // hexdump writes * for lines that are like the one before.
    while (repeats && last !== undefined && at !== undefined && length < at) {
      parts.push(last);
      length += last.length;
    }
    repeats = false;
    parts.push(bytes);
    length += bytes.length;
  });
  return Buffer.concat(parts);
}

function parseDumpLine(line: string, index: number): { at: number; bytes: Buffer } {
  // The last line of hexdump is a position only.
  const match = DUMP_LINE.exec(line);
  if (match === null) throw notHexadecimal(index + 1);
  const [start, at = '', separator = ''] = match;
  const rest = line.slice(start.length);
  const end = rest.search(separator.startsWith(':') ? / {2}/ : /\|| {3}/);
  return { at: Number.parseInt(at, 16), bytes: parseDigits(end === -1 ? rest : rest.slice(0, end), index) };
}

function parseDigits(text: string, index: number): Buffer {
  const digits = text.replace(/\\x|0x|[\s,:"]/gi, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) throw notHexadecimal(index + 1);
  return Buffer.from(digits, 'hex');
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
