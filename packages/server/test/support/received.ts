import { toLatin1 } from 'test-support';
import { Type } from './wire.ts';

/** One record as it came. */
export interface ReceivedRecord {
  readonly content: Uint8Array;
  readonly padding: Uint8Array;
  readonly requestId: number;
  readonly type: number;
}

/** What came of one request, put together. */
export interface Answer {
  readonly appStatus: number;
  readonly body: string;
  /** The header lines of the response, without their line ends. */
  readonly head: readonly string[];
  readonly protocolStatus: number;
  readonly records: readonly ReceivedRecord[];
  /** `Status` of the response, with its reason phrase. */
  readonly status: string | undefined;
  readonly stderr: string;
  readonly stdout: string;
}

/**
 * Splits bytes into records, without anything of ours: the decoder is being tested.
 *
 * @returns the whole records, and how many bytes they take
 */
export function splitRecords(bytes: Buffer): { length: number; records: ReceivedRecord[] } {
  const records: ReceivedRecord[] = [];
  let offset = 0;
  while (bytes.length - offset >= 8) {
    const header = bytes.subarray(offset, offset + 8);
    // How a response is broken off, see the tests of errors; nothing comes after it.
    if (header.every((byte) => byte === 0)) break;
    if (header[0] !== 1) throw new Error(`A record of version ${header[0]} came.`);
    const start = offset + 8;
    const middle = start + bytes.readUInt16BE(offset + 4);
    const end = middle + bytes[offset + 6]!;
    if (end > bytes.length) break;
    records.push({
      type: bytes[offset + 1]!,
      requestId: bytes.readUInt16BE(offset + 2),
      content: bytes.subarray(start, middle),
      padding: bytes.subarray(middle, end),
    });
    offset = end;
  }
  return { length: offset, records };
}

/** The records of one request, from its first to its END_REQUEST, as an answer. */
export function toAnswer(records: readonly ReceivedRecord[]): Answer {
  const stdout = textOf(records, Type.stdout);
  const last = records.at(-1);
  const end = last?.type === Type.end ? Buffer.from(last.content) : undefined;
  const blank = /\r?\n\r?\n/.exec(stdout);
  const head = blank === null ? stdout : stdout.slice(0, blank.index);
  const lines = head.split(/\r?\n/);
  return {
    appStatus: end?.readUInt32BE(0) ?? -1,
    body: blank === null ? '' : stdout.slice(blank.index + blank[0].length),
    head: lines,
    protocolStatus: end?.[4] ?? -1,
    records,
    status: lines.find((line) => line.startsWith('Status: '))?.slice('Status: '.length),
    stderr: textOf(records, Type.stderr),
    stdout,
  };
}

/** A record in one line: type, request ID, and its content as Latin-1 text. */
export function show({ type, requestId, content }: ReceivedRecord): string {
  const name = Object.entries(Type).find(([, number]) => number === type)?.[0] ?? `type ${type}`;
  const text = toLatin1(content);
  return `${name} ${requestId} ${JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}… (${text.length})` : text)}`;
}

function textOf(records: readonly ReceivedRecord[], type: number): string {
  return toLatin1(Buffer.concat(records.filter((each) => each.type === type).map(({ content }) => content)));
}

/** Records as they are written, in one array. */
export function bytesOf(records: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    records.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
}
