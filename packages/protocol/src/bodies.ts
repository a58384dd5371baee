import { FCGI_KEEP_CONN, RecordType } from './constants.ts';
import { RemoteProtocolError } from './errors.ts';
import type { BeginRequestRecord, EndRequestRecord, UnknownTypeRecord } from './records.ts';

/** Bytes in the body of BEGIN_REQUEST, END_REQUEST and UNKNOWN_TYPE alike (§4.2, §5.1, §5.5). */
export const BODY_LENGTH = 8;

/** Decodes the body of BEGIN_REQUEST (§5.1), where it lies: `bytes[from, to)`. */
export function decodeBeginRequest(
  requestId: number,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): BeginRequestRecord {
  checkBodyLength('BEGIN_REQUEST', to - from);
  const flags = bytes[from + 2]!;
  return {
    type: RecordType.BeginRequest,
    requestId,
    role: (bytes[from]! << 8) | bytes[from + 1]!,
    flags,
    keepConn: (flags & FCGI_KEEP_CONN) !== 0,
  };
}

/** Decodes the body of END_REQUEST (§5.5). */
export function decodeEndRequest(requestId: number, body: Uint8Array): EndRequestRecord {
  checkBodyLength('END_REQUEST', body.length);
  return {
    type: RecordType.EndRequest,
    requestId,
    appStatus: ((body[0]! << 24) | (body[1]! << 16) | (body[2]! << 8) | body[3]!) >>> 0,
    protocolStatus: body[4]!,
  };
}

/** Decodes the body of UNKNOWN_TYPE (§4.2). */
export function decodeUnknownType(body: Uint8Array): UnknownTypeRecord {
  checkBodyLength('UNKNOWN_TYPE', body.length);
  return { type: RecordType.UnknownType, requestId: 0, unknownType: body[0]! };
}

function checkBodyLength(name: string, length: number): void {
  if (length !== BODY_LENGTH) {
    throw new RemoteProtocolError(
      'FCGI_RECORD_LENGTH_INVALID',
      'connection',
      `The body of ${name} must have ${BODY_LENGTH} bytes, but it has ${length}.`,
    );
  }
}
