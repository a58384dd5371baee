/** What HTTP clients may take of a gateway; see {@link FcgiClient} for what the application may. */
export interface GatewayLimits {
  /**
   * Bytes of a request body without Content-Length (a chunked one) that are collected, so that the application
   * can be told CONTENT_LENGTH. A longer body is streamed without it, which php-fpm takes for an empty one.
   *
   * @defaultValue 1,048,576
   */
  readonly collectBytes?: number | undefined;
  /**
   * Open connections of HTTP clients with `listen`; a further one is closed at once.
   *
   * @defaultValue 1,024
   */
  readonly connections?: number | undefined;
  /**
   * Bytes of a request body that are read and thrown away after the answer, before the connection is closed.
   *
   * @defaultValue 1,048,576
   */
  readonly discardBytes?: number | undefined;
  /**
   * Milliseconds for reading and throwing away the rest of a request body after the answer.
   *
   * @defaultValue 2,000
   */
  readonly discardTimeout?: number | undefined;
  /**
   * Local redirects (RFC 3875 §6.2.2) that are followed for one request; one more is answered with 502.
   *
   * @defaultValue 10
   */
  readonly localRedirects?: number | undefined;
  /**
   * Milliseconds for which an application that could not be reached gets no requests, as long as there are others.
   *
   * @defaultValue 10,000
   */
  readonly unreachableTimeout?: number | undefined;
  /**
   * Milliseconds for which an HTTP client may take no byte of its answer; then its connection is closed.
   *
   * @defaultValue 60,000
   */
  readonly writeStallTimeout?: number | undefined;
}

/** {@link GatewayLimits} with nothing left open. */
export type ResolvedGatewayLimits = Readonly<Record<keyof GatewayLimits, number>>;

/** The defaults of {@link GatewayLimits}. */
export const DEFAULT_GATEWAY_LIMITS: ResolvedGatewayLimits = {
  collectBytes: 1_048_576,
  connections: 1_024,
  discardBytes: 1_048_576,
  discardTimeout: 2_000,
  localRedirects: 10,
  unreachableTimeout: 10_000,
  writeStallTimeout: 60_000,
};
