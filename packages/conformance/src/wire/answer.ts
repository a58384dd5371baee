import { Buffer } from 'node:buffer';
import type { ScannedRecord } from '@fcgi-js/inspector';
import { RecordType } from '@fcgi-js/protocol';

/** A field of the head of an answer. */
export type HeadField = readonly [name: string, value: string];

/** What an application has answered to one request. */
export interface Answer {
  readonly appStatus: number;
  /** What follows the blank line. */
  readonly body: Buffer;
  /** `undefined` without a blank line. */
  readonly head: readonly string[] | undefined;
  readonly protocolStatus: number;
  /** All records of its id, END_REQUEST last. */
  readonly records: readonly ScannedRecord[];
  readonly stderr: Buffer;
  readonly stdout: Buffer;
}

/** The content of the records of one type, put together. */
export function contentOf(records: readonly ScannedRecord[], type: number): Buffer {
  return Buffer.concat(records.filter((each) => each.type === type).map(({ content }) => content));
}

/** Reads the answer that `records`, all of one id, make up; the last one is END_REQUEST. */
export function readAnswer(records: readonly ScannedRecord[]): Answer {
  const end = Buffer.from(records.at(-1)?.content ?? []);
  const stdout = contentOf(records, RecordType.Stdout);
  const { body, head } = splitHead(stdout);
  return {
    appStatus: end.length >= 4 ? end.readUInt32BE(0) : Number.NaN,
    body,
    head,
    protocolStatus: end[4] ?? Number.NaN,
    records,
    stderr: contentOf(records, RecordType.Stderr),
    stdout,
  };
}

/** RFC 3875 takes LF and CRLF for the end of a line. */
function splitHead(stdout: Buffer): { body: Buffer; head: readonly string[] | undefined } {
  let at = 0;
  const lines: string[] = [];
  for (;;) {
    const end = stdout.indexOf(10, at);
    if (end === -1) return { body: Buffer.alloc(0), head: undefined };
    const line = stdout.toString('latin1', at, stdout[end - 1] === 13 && end > at ? end - 1 : end);
    at = end + 1;
    if (line === '') return { body: stdout.subarray(at), head: lines };
    lines.push(line);
  }
}

/** The fields of a head; a line without a colon has an empty name. */
export function fieldsOf(head: readonly string[]): HeadField[] {
  return head.map((line) => {
    const colon = line.indexOf(':');
    return colon === -1 ? ['', line] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

/** The values of the fields of one name. */
export function valuesOf({ head = [] }: Answer, name: string): string[] {
  return fieldsOf(head).flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []));
}

/** The status of the HTTP response that a web server makes of it (RFC 3875 §6.3.3, 6.2.3). */
export function statusOf(answer: Answer): number {
  const [status] = valuesOf(answer, 'status');
  if (status !== undefined) return Number(status.slice(0, 3));
  return valuesOf(answer, 'location').length > 0 ? 302 : 200;
}
