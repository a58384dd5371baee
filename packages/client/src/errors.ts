import type { ErrorScope } from '@fcgi-js/protocol';
import { ERROR_RULES } from './error-rules.ts';

/** Stable codes of {@link FcgiClientError}; each has a heading in `docs/errors.md`. */
export type FcgiClientErrorCode =
  | 'FCGI_ANSWER_MISSING'
  | 'FCGI_BODY_UNREAD'
  | 'FCGI_CLIENT_CLOSED'
  | 'FCGI_CLIENT_CUT_OFF'
  | 'FCGI_CONNECTION_CLOSED'
  | 'FCGI_CONNECT_FAILED'
  | 'FCGI_CONNECT_TIMEOUT'
  | 'FCGI_DATA_LENGTH_MISMATCH'
  | 'FCGI_FIRST_BYTE_TIMEOUT'
  | 'FCGI_HEAD_FIELDS_EXCEEDED'
  | 'FCGI_HEAD_FIELD_DUPLICATE'
  | 'FCGI_HEAD_LINE_FOLDED'
  | 'FCGI_HEAD_LINE_INVALID'
  | 'FCGI_HEAD_STATUS_INVALID'
  | 'FCGI_HEAD_TOO_LARGE'
  | 'FCGI_HEAD_TRUNCATED'
  | 'FCGI_HEAD_VALUE_INVALID'
  | 'FCGI_PARAM_NAME_INVALID'
  | 'FCGI_PATH_OUTSIDE_MOUNT'
  | 'FCGI_QUEUE_FULL'
  | 'FCGI_RECORD_UNEXPECTED'
  | 'FCGI_REQUEST_ID_UNKNOWN'
  | 'FCGI_REQUEST_REJECTED'
  | 'FCGI_SOURCE_FAILED'
  | 'FCGI_STALL_TIMEOUT'
  | 'FCGI_STDERR_TOO_LARGE'
  | 'FCGI_STDIN_LENGTH_MISMATCH'
  | 'FCGI_TARGET_INVALID'
  | 'FCGI_TOTAL_TIMEOUT'
  | 'FCGI_UNREAD_TIMEOUT';

/**
 * Who has to change something: the application that answers, the caller of this package, or whoever runs the
 * machines and the network between the two.
 */
export type FcgiErrorSide = 'application' | 'caller' | 'network';

/** What an error can carry besides its message. */
export interface FcgiClientErrorDetails {
  /** What led to it, for example the error of the operating system. */
  readonly cause?: unknown;
  /** What the application had written to STDERR for this request. */
  readonly stderr?: string | undefined;
}

/**
 * A request has failed. Bytes that break the protocol itself come as `RemoteProtocolError` instead, and what
 * the protocol cannot express as `LocalProtocolError`.
 *
 * The message gives the rule and the numbers, never what the peer sent.
 */
export class FcgiClientError extends Error {
  override readonly name: string = 'FcgiClientError';
  /** Which rule was broken; stable over versions. */
  readonly code: FcgiClientErrorCode;
  /** `'connection'`: the connection was closed over it. `'request'`: only this request is lost. */
  readonly scope: ErrorScope;
  /** Who broke the rule. */
  readonly side: FcgiErrorSide;
  /**
   * What the application had written to STDERR for this request, where the error is about one request; it often
   * has the reason. Text from outside: escape it with `escapeLogText` before it goes to a log or a terminal.
   */
  readonly stderr: string;

  constructor(
    code: FcgiClientErrorCode,
    message: string,
    { cause, stderr = '' }: FcgiClientErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    [this.side, this.scope] = ERROR_RULES[code];
    this.stderr = stderr;
  }
}
