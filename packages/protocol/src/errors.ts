/** Stable codes of {@link RemoteProtocolError}; each has a heading in `docs/errors.md`. */
export type RemoteProtocolErrorCode =
  | 'FCGI_PAIRS_BYTES_EXCEEDED'
  | 'FCGI_PAIR_BYTES_EXCEEDED'
  | 'FCGI_PAIR_COUNT_EXCEEDED'
  | 'FCGI_PAIR_TRUNCATED'
  | 'FCGI_RECORD_AFTER_END'
  | 'FCGI_RECORD_LENGTH_INVALID'
  | 'FCGI_RECORD_TRUNCATED'
  | 'FCGI_REQUEST_ID_ACTIVE'
  | 'FCGI_REQUEST_ID_INVALID'
  | 'FCGI_VERSION_UNSUPPORTED';

/** Stable codes of {@link LocalProtocolError}; each has a heading in `docs/errors.md`. */
export type LocalProtocolErrorCode =
  | 'FCGI_ARGUMENT_INVALID'
  | 'FCGI_ARGUMENT_TOO_LONG'
  | 'FCGI_TEXT_NOT_LATIN1';

/** What an error ends: the request it is about, or the whole connection. */
export type ErrorScope = 'connection' | 'request';

/**
 * The peer broke the rules of the protocol, or a limit.
 *
 * The message gives the rule and the numbers, never the contents of a buffer.
 */
export class RemoteProtocolError extends Error {
  override readonly name = 'RemoteProtocolError';
  /** Which rule was broken; stable over versions. */
  readonly code: RemoteProtocolErrorCode;
  /** `'connection'`: the bytes that follow have no meaning. `'request'`: only this request is lost. */
  readonly scope: ErrorScope;

  constructor(code: RemoteProtocolErrorCode, scope: ErrorScope, message: string) {
    super(message);
    this.code = code;
    this.scope = scope;
  }
}

/** The caller of this library asked for something that the protocol cannot express. Nothing was sent. */
export class LocalProtocolError extends Error {
  override readonly name = 'LocalProtocolError';
  /** Which rule was broken; stable over versions. */
  readonly code: LocalProtocolErrorCode;

  constructor(code: LocalProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An option that there is not, or with a value that it cannot have. Nothing has been done. */
export class FcgiOptionError extends TypeError {
  override readonly name = 'FcgiOptionError';
  /** Stable over versions; it has a heading in `docs/errors.md`. */
  readonly code = 'FCGI_OPTION_INVALID';
}

/**
 * Whether something that was thrown is an error of these packages: one with a `code` that begins with `FCGI_` and has a
 * heading in `docs/errors.md`. True for errors of every copy and version of the packages, as `instanceof` is not.
 */
export function isFcgiError(error: unknown): error is Error & { readonly code: `FCGI_${string}` } {
  return error instanceof Error && 'code' in error && /^FCGI_[A-Z]/.test(String(error.code));
}
