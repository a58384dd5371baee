import { FCGI_HEADER_LEN, FCGI_KEEP_CONN, FCGI_MAX_LENGTH, RecordType } from '@fcgi-js/protocol';
import type { Direction, Report } from './finding.ts';
import type { ScannedRecord } from './record-scanner.ts';
import { typeName } from './records/names.ts';

/** Appendix A: who sends which type. */
const FROM_APPLICATION: ReadonlySet<number> = new Set([
  RecordType.EndRequest,
  RecordType.Stdout,
  RecordType.Stderr,
  RecordType.GetValuesResult,
  RecordType.UnknownType,
]);

/** Which way records of a type go; `undefined` for types that the specification does not have. */
export function directionOf(type: number): Direction | undefined {
  if (type < RecordType.BeginRequest || type > RecordType.UnknownType) return undefined;
  return FROM_APPLICATION.has(type) ? 'from-application' : 'to-application';
}

/** The rules that one record keeps or breaks whatever came before it. */
export function checkRecord(record: ScannedRecord, direction: Direction, report: Report): void {
  const name = typeName(record.type);
  const proper = directionOf(record.type);
  if (proper !== undefined && proper !== direction) {
    const sender = proper === 'to-application' ? 'web server' : 'application';
    report('error', `${name} is sent by the ${sender}, never to it.`, 'A', 1);
  }
  checkRequestId(record, name, report);
  checkPadding(record, name, report);
  checkBody(record, name, report);
}

function checkRequestId({ requestId, type }: ScannedRecord, name: string, report: Report): void {
  if (directionOf(type) === undefined) {
    const effect = requestId === 0 ? 'an application answers with UNKNOWN_TYPE' : 'it is ignored';
    report('error', `FastCGI 1.0 has no record of ${name}; ${effect}.`, requestId === 0 ? '4.2' : '8', 1);
  } else if (type >= RecordType.GetValues && requestId !== 0) {
    report('error', `${name} is a management record: its id must be 0, but it is ${requestId}.`, '3.3', 2);
  } else if (type < RecordType.GetValues && requestId === 0) {
    report('error', `${name} belongs to a request: its id must not be 0.`, '3.3', 2);
  }
}

function checkPadding(
  { content, padding, reserved, type }: ScannedRecord,
  name: string,
  report: Report,
): void {
  if (reserved !== 0) {
    report('notice', `The reserved byte of the header is ${reserved}; it is 0 elsewhere.`, '3.3', 7);
  }
  const stray = padding.findIndex((byte) => byte !== 0);
  if (stray !== -1) {
    const place = FCGI_HEADER_LEN + content.length + stray;
    report('notice', 'The padding has other bytes than zeros; they mean nothing.', '3.3', place);
  }
  const isFromServer = directionOf(type) === 'to-application';
  if (padding.length > 0 && isFromServer && (type === RecordType.BeginRequest || content.length === 0)) {
    report(
      'notice',
      `${name === 'BEGIN_REQUEST' ? name : `An empty ${name}`} with padding is allowed, but libfcgi and php-fpm lose the connection there.`,
      '3.3',
      6,
    );
  }
  if (type === RecordType.Params && content.length + padding.length > FCGI_MAX_LENGTH) {
    report(
      'notice',
      'With its padding this is more than 65,535 bytes, which php-fpm does not read.',
      '3.3',
      4,
    );
  }
}

function checkBody({ content, type }: ScannedRecord, name: string, report: Report): void {
  const wanted =
    type === RecordType.AbortRequest
      ? 0
      : type === RecordType.BeginRequest || type === RecordType.EndRequest || type === RecordType.UnknownType
        ? 8
        : undefined;
  if (wanted !== undefined && content.length !== wanted) {
    const section = { [RecordType.AbortRequest]: '5.4', [RecordType.BeginRequest]: '5.1' }[type] ?? '5.5';
    report(
      'error',
      `The content of ${name} has ${wanted} bytes, but here it has ${content.length}.`,
      section,
      4,
    );
    return;
  }
  if (type === RecordType.BeginRequest) checkBegin(content, report);
  if (type === RecordType.EndRequest) checkEnd(content, report);
}

function checkBegin(content: Uint8Array, report: Report): void {
  const [high = 0, low = 0, flags = 0, ...reserved] = content;
  const role = high * 256 + low;
  if (role < 1 || role > 3) report('error', `There are the roles 1, 2 and 3, but this is ${role}.`, '5.1', 8);
  if ((flags & ~FCGI_KEEP_CONN) !== 0) {
    report('notice', `Of the flags (${flags}) only the lowest bit means something.`, '5.1', 10);
  }
  if (reserved.some((byte) => byte !== 0)) report('notice', 'Reserved bytes are not zero.', '5.1', 11);
}

function checkEnd(content: Uint8Array, report: Report): void {
  const protocolStatus = content[4] ?? 0;
  if (protocolStatus > 3) {
    report('error', `There are the protocolStatus 0 to 3, but this is ${protocolStatus}.`, '5.5', 12);
  }
  if (content.subarray(5).some((byte) => byte !== 0)) {
    report('notice', 'Reserved bytes are not zero.', '5.5', 13);
  }
}
