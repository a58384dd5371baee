import { FcgiOptionError } from '@fcgi-js/protocol/options';

/**
 * What an application, or a caller that is too fast or too slow, may take of this process. Each is finite by
 * default; `Infinity` takes one off. The README says for each what happens when it is reached.
 */
export interface ClientLimits {
  /**
   * Milliseconds for which the application may go on after ABORT_REQUEST; then the connection is closed.
   *
   * @defaultValue 1,000
   */
  readonly abortTimeout?: number | undefined;
  /**
   * Bytes that wait for their readers, of all responses that share a connection; then it is not read.
   *
   * @defaultValue 1,048,576
   */
  readonly connectionBufferBytes?: number | undefined;
  /**
   * Open connections of one client; a further request waits.
   *
   * @defaultValue 64
   */
  readonly connections?: number | undefined;
  /**
   * Milliseconds to get a connection: to wait for a free one and to open it.
   *
   * @defaultValue 10,000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * Milliseconds without a byte of STDOUT: nothing else that the application sends renews them. The clock runs while
   * the application has something to do: not while stdin waits for the caller, and it starts again with every piece of
   * stdin that the application takes.
   *
   * @defaultValue 60,000
   */
  readonly firstByteTimeout?: number | undefined;
  /**
   * Bytes of the head of a response, its blank line included; more is `FCGI_HEAD_TOO_LARGE`.
   *
   * @defaultValue 65,536
   */
  readonly headBytes?: number | undefined;
  /**
   * Fields in the head of a response; more is `FCGI_HEAD_FIELDS_EXCEEDED`.
   *
   * @defaultValue 256
   */
  readonly headFields?: number | undefined;
  /**
   * Connections that are kept with no request on them; a further one is closed.
   *
   * @defaultValue 8
   */
  readonly idleConnections?: number | undefined;
  /**
   * Milliseconds for which a connection is kept with no request on it. Short, because a kept connection
   * occupies a whole worker of php-fpm.
   *
   * @defaultValue 5,000
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Requests that wait for a connection; a further one fails with `FCGI_QUEUE_FULL`.
   *
   * @defaultValue 1,024
   */
  readonly queue?: number | undefined;
  /**
   * Bytes of a response body that wait for the caller to read them; then the connection is not read.
   *
   * @defaultValue 65,536
   */
  readonly requestBufferBytes?: number | undefined;
  /**
   * Requests at once on one connection, with `multiplex`; a further one goes to another connection.
   *
   * @defaultValue 32
   */
  readonly requestsPerConnection?: number | undefined;
  /**
   * Milliseconds for a request as a whole: from the call to the end of the response.
   *
   * @defaultValue 3,600,000
   */
  readonly requestTimeout?: number | undefined;
  /**
   * Milliseconds between two bytes of STDOUT once the answer has begun, and from its last one to END_REQUEST. The clock
   * stands still while stdin waits for the caller and while the caller does not read the response.
   *
   * @defaultValue 60,000
   */
  readonly stallTimeout?: number | undefined;
  /**
   * Bytes of STDERR that are collected per request; the rest is dropped and counted.
   *
   * @defaultValue 65,536
   */
  readonly stderrBytes?: number | undefined;
  /**
   * Bytes of STDERR of a request, collected or not; more is `FCGI_STDERR_TOO_LARGE`.
   *
   * @defaultValue 16,777,216
   */
  readonly stderrTotalBytes?: number | undefined;
  /**
   * Milliseconds for which unread responses may stop the others on their connection; then the largest
   * of them fails with `FCGI_UNREAD_TIMEOUT`.
   *
   * @defaultValue 10,000
   */
  readonly unreadTimeout?: number | undefined;
  /**
   * Milliseconds to wait for what the application allows (GET_VALUES), with `multiplex: 'auto'`; then it counts
   * as one that does not multiplex.
   *
   * @defaultValue 1,000
   */
  readonly valuesTimeout?: number | undefined;
}

/** {@link ClientLimits} with nothing left open. */
export type ResolvedLimits = Readonly<Record<keyof ClientLimits, number>>;

/** The defaults of {@link ClientLimits}. */
export const DEFAULT_LIMITS: ResolvedLimits = {
  abortTimeout: 1_000,
  connectionBufferBytes: 1_048_576,
  connections: 64,
  connectTimeout: 10_000,
  firstByteTimeout: 60_000,
  headBytes: 65_536,
  headFields: 256,
  idleConnections: 8,
  idleTimeout: 5_000,
  queue: 1_024,
  requestBufferBytes: 65_536,
  requestsPerConnection: 32,
  requestTimeout: 3_600_000,
  stallTimeout: 60_000,
  stderrBytes: 65_536,
  stderrTotalBytes: 16_777_216,
  unreadTimeout: 10_000,
  valuesTimeout: 1_000,
};

/**
 * Puts limits over their defaults.
 *
 * @throws FcgiOptionError where a name is unknown or a number is not positive; `undefined` stands for the default
 */
export function resolveLimits<T extends object>(
  defaults: T,
  limits: { readonly [Name in keyof T]?: T[Name] | undefined } = {},
): T {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(defaults, name)) {
      throw new FcgiOptionError(
        `limits.${name} is not a limit. Known are: ${Object.keys(defaults).join(', ')}.`,
      );
    }
    if (typeof value !== 'number' || !(value > 0)) {
      throw new FcgiOptionError(`limits.${name} must be a number above 0, but it is ${String(value)}.`);
    }
  }
  return { ...defaults, ...Object.fromEntries(given) };
}
