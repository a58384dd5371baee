import {
  encodeEndRequest,
  encodeStream,
  encodeStreamEnd,
  ProtocolStatus,
  RecordType,
} from '@fcgi-js/protocol';
import { errors, type FcgiServerError, type FcgiServerErrorCode } from '../errors.ts';

/** Why a request is not given to the application. */
export interface Refusal {
  readonly code: FcgiServerErrorCode;
  /** HTTP status and reason phrase. */
  readonly status: string;
  readonly protocolStatus: ProtocolStatus;
  /** In words, with the option that would change it. */
  readonly message: string;
}

function refuse(
  { code, message }: FcgiServerError,
  status: string,
  protocolStatus: ProtocolStatus = ProtocolStatus.RequestComplete,
): Refusal {
  return { code, message, protocolStatus, status };
}

/** A limit of the number of requests is reached (§5.5, FCGI_OVERLOADED). */
export function overloaded(limit: 'requests' | 'requestsPerConnection', value: number): Refusal {
  return busy(errors.FCGI_REQUESTS_EXCEEDED.requests(limit, value));
}

/** All requests together have sent more params than may wait. */
export function tooManyParams(limit: number): Refusal {
  return busy(errors.FCGI_REQUESTS_EXCEEDED.paramsBytes(limit));
}

function busy(error: FcgiServerError): Refusal {
  return refuse(error, '503 Service Unavailable', ProtocolStatus.Overloaded);
}

/** The application does not play this role (§5.5, FCGI_UNKNOWN_ROLE). */
export function unknownRole(role: number): Refusal {
  return refuse(errors.FCGI_ROLE_UNKNOWN.role(role), '501 Not Implemented', ProtocolStatus.UnknownRole);
}

/** The params exceed the limit of bytes. */
export function tooLargeParams(limit: number): Refusal {
  return refuse(errors.FCGI_PARAMS_TOO_LARGE.bytes(limit), '431 Request Header Fields Too Large');
}

/** The params exceed a limit or are cut off. */
export function unacceptableParams(message: string, truncated: boolean): Refusal {
  const status = truncated ? '400 Bad Request' : '431 Request Header Fields Too Large';
  return refuse(errors.FCGI_PARAMS_TOO_LARGE.undecodable(message), status);
}

/** The params did not come in time. */
export function paramsTimeout(milliseconds: number): Refusal {
  return refuse(errors.FCGI_PARAMS_TIMEOUT.after(milliseconds), '408 Request Timeout');
}

/** The body did not come in time. */
export function bodyTimeout(milliseconds: number): Refusal {
  return refuse(errors.FCGI_BODY_TIMEOUT.after(milliseconds), '408 Request Timeout');
}

/** The web server passes on no more of the body, because the answer has begun. */
export function bodyHeldBack(bytes: number): Refusal {
  return refuse(errors.FCGI_BODY_HELD_BACK.body(bytes), '408 Request Timeout');
}

/** The web server takes no more of the answer, because the body has not ended. */
export function answerHeldBack(bytes: number): Refusal {
  return refuse(errors.FCGI_BODY_HELD_BACK.answer(bytes), '408 Request Timeout');
}

/** The application has taken too long for its answer. */
export function requestTimeout(milliseconds: number): Refusal {
  return refuse(errors.FCGI_REQUEST_TIMEOUT.after(milliseconds), '504 Gateway Timeout');
}

/** CONTENT_LENGTH or FCGI_DATA_LENGTH is not a number. */
export function invalidLength(name: string): Refusal {
  return refuse(errors.FCGI_BODY_LENGTH_INVALID.param(name), '400 Bad Request');
}

/** The body is larger than the limit. */
export function bodyTooLarge(length: number, limit: number): Refusal {
  return refuse(errors.FCGI_BODY_TOO_LARGE.bytes(length, limit), '413 Content Too Large');
}

/** A body ended before its announced length. */
export function truncatedBody(stream: 'data' | 'stdin', missing: number): Refusal {
  const [name, length] =
    stream === 'stdin' ? (['body', 'CONTENT_LENGTH'] as const) : (['file', 'FCGI_DATA_LENGTH'] as const);
  return refuse(errors.FCGI_BODY_TRUNCATED.missing(name, missing, length), '400 Bad Request');
}

/** A body came before the stream that it follows had ended (§6.2, §6.4). */
export function outOfOrder(stream: 'data' | 'stdin', before: 'PARAMS' | 'STDIN'): Refusal {
  return refuse(errors.FCGI_STREAM_OUT_OF_ORDER.early(stream.toUpperCase(), before), '400 Bad Request');
}

/** The body came with its chunk framing. */
export function undecodedBody(): Refusal {
  return refuse(errors.FCGI_BODY_UNDECODED.chunked(), '411 Length Required');
}

/**
 * The records of a refusal: a whole response head, then END_REQUEST. Never END_REQUEST alone: web servers take
 * that for an empty 200 (mod_proxy_fcgi), for granted access (lighttpd's authorizer), or hang (HAProxy).
 */
export function encodeRefusal(requestId: number, refusal: Refusal): Uint8Array {
  const head = Buffer.from(`Content-Length: 0\r\nStatus: ${refusal.status}\r\n\r\n`, 'latin1');
  return Buffer.concat([
    encodeStream(RecordType.Stderr, requestId, Buffer.from(`fcgi-js: ${refusal.message}\n`, 'latin1')),
    encodeStreamEnd(RecordType.Stderr, requestId),
    encodeStream(RecordType.Stdout, requestId, head),
    encodeStreamEnd(RecordType.Stdout, requestId),
    encodeEndRequest({ requestId, protocolStatus: refusal.protocolStatus }),
  ]);
}
