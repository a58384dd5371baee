import type { FcgiClientErrorCode } from './error-rules.ts';
import { FcgiClientError, type FcgiClientErrorDetails } from './errors.ts';

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
export type TimeoutPhase = 'connect' | 'firstByte' | 'stall' | 'total' | 'unread';

const TIMEOUTS = {
  connect: ['FCGI_CONNECT_TIMEOUT', 'There was no connection to the application'],
  firstByte: ['FCGI_FIRST_BYTE_TIMEOUT', 'The application sent no byte of an answer'],
  stall: ['FCGI_STALL_TIMEOUT', 'The application neither took nor sent a byte'],
  total: ['FCGI_TOTAL_TIMEOUT', 'The request was not over'],
  unread: ['FCGI_UNREAD_TIMEOUT', 'The body of the response held up other requests, and was not read'],
} as const satisfies Record<TimeoutPhase, readonly [FcgiClientErrorCode, string]>;

/** A time-out ran out. */
export class FcgiTimeoutError extends FcgiClientError {
  override readonly name = 'FcgiTimeoutError';
  /** The time-out, in milliseconds. */
  readonly timeout: number;
  /** Which time-out. */
  readonly phase: TimeoutPhase;

  constructor(phase: TimeoutPhase, timeout: number, details: FcgiClientErrorDetails = {}) {
    const [code, what] = TIMEOUTS[phase];
    super(code, `${what} within ${timeout} ms.`, details);
    this.phase = phase;
    this.timeout = timeout;
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
