import { checkBytes, checkFields, checkInteger, checkRequestId } from './checks.ts';
import { FCGI_HEADER_LEN, FCGI_MAX_LENGTH, FCGI_NULL_REQUEST_ID, RecordType } from './constants.ts';
import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
} from './encoder.ts';
import { LocalProtocolError } from './errors.ts';
import { writeRecordHeader } from './header.ts';
import type { FcgiRecord } from './records.ts';

/**
 * Encodes a record as the decoder gives it: for programs that pass records on, such as balancers and recorders. All of it is
 * kept but its padding; content of a stream that fits no single record of this encoder becomes two (see {@link encodeStream}).
 *
 * @param record of any type
 * @param requestId instead of the one that it has; management records keep the null request ID
 * @returns the record, or two
 * @throws LocalProtocolError where a field is out of its range or of the wrong kind
 */
export function encodeRecord(record: FcgiRecord, requestId?: number): Uint8Array<ArrayBuffer> {
  checkFields('record', record);
  const id = requestId ?? record.requestId;
  switch (record.type) {
    case RecordType.AbortRequest:
      return encodeAbortRequest(id);
    case RecordType.BeginRequest: {
      const { flags, role } = record;
      checkInteger('flags', flags, 0, 0xff);
      const bytes = encodeBeginRequest({ requestId: id, role });
      bytes[10] = flags;
      return bytes;
    }
    case RecordType.EndRequest:
      return encodeEndRequest({ ...record, requestId: id });
    case RecordType.GetValues:
    case RecordType.GetValuesResult:
      return withContent(record.type, FCGI_NULL_REQUEST_ID, record.content);
    case RecordType.UnknownType:
      return encodeUnknownType(record.unknownType);
    case 'undefined':
      return encodeUndefined(
        record.undefinedType,
        record.requestId === FCGI_NULL_REQUEST_ID ? 0 : id,
        record.content,
      );
    default:
      checkBytes('content', record.content);
      return record.content.length === 0
        ? encodeStreamEnd(record.type, id)
        : encodeStream(record.type, id, record.content);
  }
}

function encodeUndefined(type: number, requestId: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  checkInteger('undefinedType', type, 0, 0xff);
  if (requestId !== FCGI_NULL_REQUEST_ID) checkRequestId(requestId);
  return withContent(type, requestId, content);
}

/** One record with at least one byte of padding, because libfcgi answers GET_VALUES only when something follows. */
function withContent(type: number, requestId: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  checkBytes('content', content);
  const { length } = content;
  if (length > FCGI_MAX_LENGTH) {
    throw new LocalProtocolError(
      'FCGI_ARGUMENT_TOO_LONG',
      `A record has at most ${FCGI_MAX_LENGTH} bytes of content, but this one has ${length}.`,
    );
  }
  const padding = FCGI_HEADER_LEN - (length & 7);
  const bytes = new Uint8Array(FCGI_HEADER_LEN + length + padding);
  bytes.set(content, writeRecordHeader(bytes, 0, type, requestId, length, padding));
  return bytes;
}
