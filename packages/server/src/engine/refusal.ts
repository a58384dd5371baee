import {
  encodeEndRequest,
  encodeStream,
  encodeStreamEnd,
  ProtocolStatus,
  RecordType,
} from '@fcgi-js/protocol';
import type { FcgiServerErrorCode } from '../errors.ts';
import { limitName } from '../limits.ts';

/** Why a request is not given to the application. */
export interface Refusal {
  readonly code: FcgiServerErrorCode;
  /** HTTP status and reason phrase. */
  readonly status: string;
  readonly protocolStatus: ProtocolStatus;
  /** In words, with the option that would change it. */
  readonly message: string;
}

/** A limit of the number of requests is reached (§5.5, FCGI_OVERLOADED). */
export function overloaded(limit: 'requests' | 'requestsPerConnection', value: number): Refusal {
  return {
    code: 'FCGI_REQUESTS_EXCEEDED',
    status: '503 Service Unavailable',
    protocolStatus: ProtocolStatus.Overloaded,
    message: `${value} requests are being served, and ${limitName(limit)} allows no more.`,
  };
}

/** All requests together have sent more params than may wait. */
export function tooManyParams(limit: number): Refusal {
  return {
    code: 'FCGI_REQUESTS_EXCEEDED',
    status: '503 Service Unavailable',
    protocolStatus: ProtocolStatus.Overloaded,
    message: `The params of all requests that are not complete exceed ${limit} bytes, which is ${limitName('incompleteParamsBytes')}.`,
  };
}

/** The application does not play this role (§5.5, FCGI_UNKNOWN_ROLE). */
export function unknownRole(role: number): Refusal {
  return {
    code: 'FCGI_ROLE_UNKNOWN',
    status: '501 Not Implemented',
    protocolStatus: ProtocolStatus.UnknownRole,
    message: `The web server asks for role ${role}, which this application does not have. Give createServer() a handler for it, or change the role in the web server's configuration.`,
  };
}

/** The params exceed a limit or are cut off. */
export function unacceptableParams(message: string, truncated: boolean): Refusal {
  return {
    code: 'FCGI_PARAMS_TOO_LARGE',
    status: truncated ? '400 Bad Request' : '431 Request Header Fields Too Large',
    protocolStatus: ProtocolStatus.RequestComplete,
    message,
  };
}

/** The params did not come in time. */
export function paramsTimeout(milliseconds: number): Refusal {
  return {
    code: 'FCGI_PARAMS_TIMEOUT',
    status: '408 Request Timeout',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `The params were not complete after ${milliseconds} ms, which is ${limitName('incompleteRequestTimeout')}.`,
  };
}

/** The body did not come in time. */
export function bodyTimeout(milliseconds: number): Refusal {
  return {
    code: 'FCGI_BODY_TIMEOUT',
    status: '408 Request Timeout',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `No byte of the body came for ${milliseconds} ms, which is ${limitName('bodyStallTimeout')}.`,
  };
}

const WHOLE_BODY_FIRST =
  'Read the whole body before the first byte of the answer: into memory (buffer() of node:stream/consumers), or into a file if it is large.';

/** The web server passes on no more of the body, because the answer has begun. */
export function bodyHeldBack(bytes: number): Refusal {
  return heldBack(
    `The application has begun its answer and waits for more of the body, of which ${bytes} bytes have come. nginx passes on no more once it has the head of the answer, with or without fastcgi_request_buffering.`,
  );
}

/** The web server takes no more of the answer, because the body has not ended. */
export function answerHeldBack(bytes: number): Refusal {
  return heldBack(
    `The application has begun its answer and takes no more of the body, of which ${bytes} bytes have come. Caddy reads nothing of the answer before it has passed on the whole body, so both wait for each other.`,
  );
}

function heldBack(what: string): Refusal {
  return {
    code: 'FCGI_BODY_HELD_BACK',
    status: '408 Request Timeout',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `${what} ${WHOLE_BODY_FIRST}`,
  };
}

/** The application has taken too long for its answer. */
export function requestTimeout(milliseconds: number): Refusal {
  return {
    code: 'FCGI_REQUEST_TIMEOUT',
    status: '504 Gateway Timeout',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `The request had not ended after ${milliseconds} ms: ${limitName('requestTimeout')} allows no more, as does fcgi run --request-timeout.`,
  };
}

/** CONTENT_LENGTH or FCGI_DATA_LENGTH is not a number. */
export function invalidLength(name: string): Refusal {
  return {
    code: 'FCGI_BODY_LENGTH_INVALID',
    status: '400 Bad Request',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `${name} is not a length in bytes.`,
  };
}

/** The body is larger than the limit. */
export function bodyTooLarge(length: number, limit: number): Refusal {
  return {
    code: 'FCGI_BODY_TOO_LARGE',
    status: '413 Content Too Large',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `The body has ${length} bytes, but ${limitName('bodyBytes')} is ${limit}.`,
  };
}

/** A body ended before its announced length. */
export function truncatedBody(stream: 'data' | 'stdin', missing: number): Refusal {
  const [name, length] = stream === 'stdin' ? ['body', 'CONTENT_LENGTH'] : ['file', 'FCGI_DATA_LENGTH'];
  return {
    code: 'FCGI_BODY_TRUNCATED',
    status: '400 Bad Request',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `The ${name} ended ${missing} bytes before its ${length}: the browser broke its upload off, or the web server announces another length than it sends. If it happens to whole uploads, see FCGI_BODY_TRUNCATED in docs/errors.md.`,
  };
}

/** A body came before the stream that it follows had ended (§6.2, §6.4). */
export function outOfOrder(stream: 'data' | 'stdin', before: 'PARAMS' | 'STDIN'): Refusal {
  return {
    code: 'FCGI_STREAM_OUT_OF_ORDER',
    status: '400 Bad Request',
    protocolStatus: ProtocolStatus.RequestComplete,
    message: `${stream.toUpperCase()} came before the end of ${before}, but FastCGI sends PARAMS, then STDIN, then DATA. End ${before} with an empty record first.`,
  };
}

/** The body came with its chunk framing. */
export function undecodedBody(): Refusal {
  return {
    code: 'FCGI_BODY_UNDECODED',
    status: '411 Length Required',
    protocolStatus: ProtocolStatus.RequestComplete,
    message:
      'The web server passes a chunked upload on without decoding it (CONTENT_TRANSFER_ENCODING=chunked), so its body cannot be trusted.',
  };
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
