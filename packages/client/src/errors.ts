import type { ErrorScope } from '@fcgi-js/protocol';

/**
 * Who has to change something: the application that answers, the caller of this package, or whoever runs the
 * machines and the network between the two.
 */
export type FcgiErrorSide = 'application' | 'caller' | 'network';

/** What each code means for side and scope; the codes are the keys. */
const RULES = {
  FCGI_BODY_UNREAD: ['caller', 'request'],
  FCGI_CLIENT_CLOSED: ['caller', 'request'],
  FCGI_CONNECT_FAILED: ['network', 'connection'],
  FCGI_CONNECT_TIMEOUT: ['network', 'connection'],
  FCGI_CONNECTION_CLOSED: ['application', 'connection'],
  FCGI_DATA_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_FIRST_BYTE_TIMEOUT: ['application', 'request'],
  FCGI_HEAD_DUPLICATE_FIELD: ['application', 'request'],
  FCGI_HEAD_FOLDED_LINE: ['application', 'request'],
  FCGI_HEAD_INVALID_LINE: ['application', 'request'],
  FCGI_HEAD_INVALID_STATUS: ['application', 'request'],
  FCGI_HEAD_INVALID_VALUE: ['application', 'request'],
  FCGI_HEAD_TOO_LARGE: ['application', 'request'],
  FCGI_HEAD_TOO_MANY_FIELDS: ['application', 'request'],
  FCGI_HEAD_TRUNCATED: ['application', 'request'],
  FCGI_NO_ANSWER: ['application', 'request'],
  FCGI_OUTSIDE_MOUNT: ['caller', 'request'],
  FCGI_QUEUE_FULL: ['caller', 'request'],
  FCGI_REQUEST_REJECTED: ['application', 'request'],
  FCGI_SOURCE_FAILED: ['caller', 'request'],
  FCGI_STALL_TIMEOUT: ['application', 'request'],
  FCGI_STDIN_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_STDOUT_AFTER_END: ['application', 'connection'],
  FCGI_TARGET_INVALID: ['caller', 'request'],
  FCGI_TOTAL_TIMEOUT: ['application', 'request'],
  FCGI_UNEXPECTED_RECORD: ['application', 'connection'],
  FCGI_UNKNOWN_REQUEST_ID: ['application', 'connection'],
} as const satisfies Record<string, readonly [FcgiErrorSide, ErrorScope]>;

/** Stable codes of {@link FcgiClientError}; each has a heading in `docs/errors.md`. */
export type FcgiClientErrorCode = keyof typeof RULES;

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
    [this.side, this.scope] = RULES[code];
    this.stderr = stderr;
  }
}

/** No connection to the application could be opened. Nothing was sent. */
export class FcgiConnectError extends FcgiClientError {
  override readonly name = 'FcgiConnectError';
  /** Where it was tried, as in {@link formatAddress}. */
  readonly address: string;
  /** The code of the operating system, for example `ENOENT` or `ECONNREFUSED`; '' where it gave none. */
  readonly systemCode: string;

  constructor(address: string, cause: Error) {
    const systemCode = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    super('FCGI_CONNECT_FAILED', `Cannot connect to ${address}${systemCode && ` (${systemCode})`}.`, {
      cause,
    });
    this.address = address;
    this.systemCode = systemCode;
  }
}

/** Which time-out it was; see `ClientLimits` for what each one measures. */
export type TimeoutPhase = 'connect' | 'firstByte' | 'stall' | 'total';

const TIMEOUTS = {
  connect: ['FCGI_CONNECT_TIMEOUT', 'There was no connection to the application'],
  firstByte: ['FCGI_FIRST_BYTE_TIMEOUT', 'The application sent no byte of an answer'],
  stall: ['FCGI_STALL_TIMEOUT', 'The application neither took nor sent a byte'],
  total: ['FCGI_TOTAL_TIMEOUT', 'The request was not over'],
} as const satisfies Record<TimeoutPhase, readonly [FcgiClientErrorCode, string]>;

/** A time-out ran out. */
export class FcgiTimeoutError extends FcgiClientError {
  override readonly name = 'FcgiTimeoutError';
  /** The time-out, in milliseconds. */
  readonly milliseconds: number;
  /** Which time-out. */
  readonly phase: TimeoutPhase;

  constructor(phase: TimeoutPhase, milliseconds: number, details: FcgiClientErrorDetails = {}) {
    const [code, what] = TIMEOUTS[phase];
    super(code, `${what} within ${milliseconds} ms.`, details);
    this.phase = phase;
    this.milliseconds = milliseconds;
  }
}

const REJECTIONS = new Map([
  [1, 'FCGI_CANT_MPX_CONN: it serves one request per connection at a time'],
  [2, 'FCGI_OVERLOADED: it has no room for another request'],
  [3, 'FCGI_UNKNOWN_ROLE: it does not offer this role'],
]);

/**
 * The application ended the request with a protocolStatus other than FCGI_REQUEST_COMPLETE, and with no answer
 * (FastCGI 1.0 §5.5). Where it did send an answer, that is the response, and `ended` tells the status.
 */
export class FcgiRejectedError extends FcgiClientError {
  override readonly name = 'FcgiRejectedError';
  /** The application's own status. */
  readonly appStatus: number;
  /** 1 to 255; compare it with `ProtocolStatus`. */
  readonly protocolStatus: number;

  constructor(appStatus: number, protocolStatus: number, details: FcgiClientErrorDetails = {}) {
    const meaning =
      REJECTIONS.get(protocolStatus) ?? `a protocolStatus of ${protocolStatus}, which is not defined`;
    super('FCGI_REQUEST_REJECTED', `The application rejected the request with ${meaning}.`, details);
    this.appStatus = appStatus;
    this.protocolStatus = protocolStatus;
  }
}
