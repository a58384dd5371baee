export {
  FCGI_HEADER_LEN,
  FCGI_KEEP_CONN,
  FCGI_LISTENSOCK_FILENO,
  FCGI_MAX_CONNS,
  FCGI_MAX_LENGTH,
  FCGI_MAX_REQS,
  FCGI_MPXS_CONNS,
  FCGI_NULL_REQUEST_ID,
  FCGI_VERSION_1,
  ProtocolStatus,
  RecordType,
  Role,
  type StreamType,
} from './constants.ts';
export { RecordDecoder, type RecordDecoderOptions } from './decoder.ts';
export { encodeRecord } from './encode-record.ts';
export {
  type BeginRequestFields,
  type BytesLike,
  type EndRequestFields,
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodeGetValuesResult,
  encodeNameValuePairs,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  type NameValueInput,
  STREAM_RECORD_CONTENT_LIMIT,
  streamPadding,
} from './encoder.ts';
export {
  type ErrorScope,
  FcgiOptionError,
  isFcgiError,
  LocalProtocolError,
  type LocalProtocolErrorCode,
  RemoteProtocolError,
  type RemoteProtocolErrorCode,
} from './errors.ts';
export { writeRecordHeader } from './header.ts';
export {
  locateNameValuePairs,
  NameValueDecoder,
  type NameValueLimits,
  type NameValuePair,
} from './name-value.ts';
export type {
  AbortRequestRecord,
  BeginRequestRecord,
  EndRequestRecord,
  FcgiRecord,
  StreamRecord,
  UndefinedRecord,
  UnknownTypeRecord,
  ValuesRecord,
} from './records.ts';
