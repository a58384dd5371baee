import type { ErrorScope } from '@fcgi-js/protocol';

/** Stable codes of {@link FcgiServerError}; each has a heading in `docs/errors.md`. */
export type FcgiServerErrorCode =
  | 'FCGI_ABORTED'
  | 'FCGI_ADDRESS_DENIED'
  | 'FCGI_ADDRESS_IN_USE'
  | 'FCGI_ADDRESS_INVALID'
  | 'FCGI_BODY_HELD_BACK'
  | 'FCGI_BODY_LENGTH_INVALID'
  | 'FCGI_BODY_TIMEOUT'
  | 'FCGI_BODY_TOO_LARGE'
  | 'FCGI_BODY_TOO_LONG'
  | 'FCGI_BODY_TRUNCATED'
  | 'FCGI_BODY_UNDECODED'
  | 'FCGI_CONNECTION_LOST'
  | 'FCGI_CONNECTION_STALLED'
  | 'FCGI_CONNECTIONS_EXCEEDED'
  | 'FCGI_HANDLER_FAILED'
  | 'FCGI_LISTEN_FAILED'
  | 'FCGI_NO_LISTEN_SOCKET'
  | 'FCGI_OPEN_FILES_EXCEEDED'
  | 'FCGI_PARAMS_TIMEOUT'
  | 'FCGI_PARAMS_TOO_LARGE'
  | 'FCGI_PEER_NOT_ALLOWED'
  | 'FCGI_REQUEST_TIMEOUT'
  | 'FCGI_REQUESTS_EXCEEDED'
  | 'FCGI_RESPONSE_EMPTY'
  | 'FCGI_RESPONSE_HEAD_INVALID'
  | 'FCGI_RESPONSE_HEAD_LARGE'
  | 'FCGI_RESPONSE_TOO_LONG'
  | 'FCGI_RESPONSE_TOO_SHORT'
  | 'FCGI_ROLE_UNKNOWN'
  | 'FCGI_STREAM_OUT_OF_ORDER';

/** What was thrown, as text for a log. Never throws itself: handlers may throw whatever they like. */
export function textOf(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.stack ?? `${error.name}: ${error.message}`);
    return `Thrown: ${String(error)}`;
  } catch {
    return 'Thrown: something that cannot be turned into text';
  }
}

/** What an error of the server is about: nothing that runs (`'server'`), a connection, or one request. */
export type FcgiServerErrorScope = ErrorScope | 'server';

/** Something went wrong in this server, or a limit was reached. The message says what to do about it. */
export class FcgiServerError extends Error {
  override readonly name = 'FcgiServerError';
  /** Which rule or limit; stable over versions. */
  readonly code: FcgiServerErrorCode;
  /** What it ended. */
  readonly scope: FcgiServerErrorScope;

  constructor(
    code: FcgiServerErrorCode,
    scope: FcgiServerErrorScope,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.scope = scope;
  }
}
