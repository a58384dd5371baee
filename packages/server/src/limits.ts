import { checkOptions, numberAbove, type OptionKinds } from '@fcgi-js/protocol/options';

/**
 * What a web server, or any peer that can reach the socket, may take of this process. Every limit is finite by
 * default; `docs/limits.md` says for each what happens when it is reached.
 */
export interface ServerLimits {
  /**
   * Bytes of one request body (STDIN). Above it the request is answered with 413, or its body fails if the
   * answer has begun. Bodies are streamed, so this is about the application, not about memory.
   *
   * @defaultValue no limit
   */
  readonly bodyBytes?: number | undefined;
  /**
   * Milliseconds without a byte of a body that the application waits for; then 408, or the body fails.
   *
   * @defaultValue 300,000
   */
  readonly bodyStallTimeout?: number | undefined;
  /**
   * Bytes of bodies that wait for applications to read them, over all requests of one connection; then the
   * connection is not read until some are.
   *
   * @defaultValue 1,048,576
   */
  readonly connectionBufferBytes?: number | undefined;
  /**
   * Open connections; a further one is closed at once. On Linux never more than `ulimit -n` leaves when an eighth of it
   * is kept for the application.
   *
   * @defaultValue 16,384
   */
  readonly connections?: number | undefined;
  /**
   * Bytes that may follow of requests that have ended (unread bodies) before the connection is closed.
   * They are read and thrown away, because several web servers lose an early answer such as 413 when they
   * cannot send the whole upload.
   *
   * @defaultValue 67,108,864
   */
  readonly discardBytes?: number | undefined;
  /**
   * Milliseconds for which a request goes on after the web server has closed its side of the connection, as
   * long as nothing is sent. Web servers do that when the browser has left, tools that test when they have sent
   * their request.
   *
   * @defaultValue 10,000
   */
  readonly halfClosedTimeout?: number | undefined;
  /**
   * Bytes of the response head that a handler writes itself; more is answered with 500.
   *
   * @defaultValue 65,536
   */
  readonly headBytes?: number | undefined;
  /**
   * Milliseconds for which a connection may be open with no request on it; then it is closed.
   *
   * @defaultValue 75,000
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Bytes of params, over all connections, of requests whose params are not complete; a request that exceeds it
   * is answered with 503 and FCGI_OVERLOADED.
   *
   * @defaultValue 16,777,216
   */
  readonly incompleteParamsBytes?: number | undefined;
  /**
   * Milliseconds from the first byte of a request to the end of its params; then 408, or the connection is
   * closed if there is no request yet.
   *
   * @defaultValue 10,000
   */
  readonly incompleteRequestTimeout?: number | undefined;
  /**
   * Milliseconds without a byte on a connection over TCP, whole seconds, after which the system asks the web server's
   * whether it is still there; after ten questions without an answer, one each second, the connection is lost. Bytes
   * that are sent and not confirmed are the system's business alone: it repeats them first.
   *
   * @defaultValue 60,000
   */
  readonly keepAliveDelay?: number | undefined;
  /**
   * Milliseconds without a byte for which a connection that this side has closed waits for the web server to
   * close it too; 15 times as long in all.
   *
   * @defaultValue 2,000
   */
  readonly lingerTimeout?: number | undefined;
  /**
   * Bytes of the params of one request; more is answered with 431.
   *
   * @defaultValue 1,048,576
   */
  readonly paramsBytes?: number | undefined;
  /**
   * Number of params of one request; more is answered with 431.
   *
   * @defaultValue 2,000
   */
  readonly paramsCount?: number | undefined;
  /**
   * Bytes of one body that wait for the application to read them. When all active requests of a connection
   * hold that much, the connection is not read until one holds less.
   *
   * @defaultValue 131,072
   */
  readonly requestBufferBytes?: number | undefined;
  /**
   * Milliseconds from the first record of a request to the end of its answer; then 504, or the answer is broken off.
   * The handler learns of it as of any request that is aborted. Time in which the event loop is blocked does not count.
   *
   * @defaultValue no limit
   */
  readonly requestTimeout?: number | undefined;
  /**
   * Requests at once, over all connections; a further one is answered with 503 and FCGI_OVERLOADED. Those whose client
   * has gone count for their connection only.
   *
   * @defaultValue 16,384
   */
  readonly requests?: number | undefined;
  /**
   * Requests at once on one connection, with handlers that go on after theirs was aborted (for 30 s); a further one is answered with 503 and FCGI_OVERLOADED.
   *
   * @defaultValue 1,024
   */
  readonly requestsPerConnection?: number | undefined;
  /**
   * Milliseconds for which the web server may take no byte of what waits to be sent to it; then the
   * connection is closed.
   *
   * @defaultValue 300,000
   */
  readonly writeStallTimeout?: number | undefined;
}

/** {@link ServerLimits} with nothing left open. */
export type ResolvedLimits = Readonly<Record<keyof ServerLimits, number>>;

/** The defaults of {@link ServerLimits}, for programs that show or check limits: its keys are the names of all. */
export const DEFAULT_LIMITS: Readonly<Record<keyof ServerLimits, number>> = {
  bodyBytes: Number.POSITIVE_INFINITY,
  bodyStallTimeout: 300_000,
  connectionBufferBytes: 1_048_576,
  connections: 16_384,
  discardBytes: 67_108_864,
  halfClosedTimeout: 10_000,
  headBytes: 65_536,
  idleTimeout: 75_000,
  incompleteParamsBytes: 16_777_216,
  incompleteRequestTimeout: 10_000,
  keepAliveDelay: 60_000,
  lingerTimeout: 2_000,
  paramsBytes: 1_048_576,
  paramsCount: 2_000,
  requestBufferBytes: 131_072,
  requestTimeout: Number.POSITIVE_INFINITY,
  requests: 16_384,
  requestsPerConnection: 1_024,
  writeStallTimeout: 300_000,
};

/** A limit as messages name it, with the option that sets it. */
export function limitName(name: keyof ServerLimits): string {
  return `limits.${name} (fcgi run --limit ${name}=VALUE)`;
}

const KINDS = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name) => [name, numberAbove(0)]),
) as OptionKinds<ServerLimits>;

/**
 * Fills in the defaults.
 *
 * @throws TypeError where a name is unknown or a number is not positive
 */
export function resolveLimits(limits: ServerLimits = {}): ResolvedLimits {
  checkOptions('createServer({ limits })', limits, KINDS);
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
}
