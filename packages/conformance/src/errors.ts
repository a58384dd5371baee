/** Stable codes of {@link ConformanceError}; each has a heading in `docs/errors.md`. */
export type ConformanceErrorCode =
  | 'FCGI_CHECK_ADDRESS_INVALID'
  | 'FCGI_CHECK_TARGET_UNREACHABLE'
  | 'FCGI_CHECK_UNKNOWN'
  | 'FCGI_EXPECTATION_INVALID';

/** The checks cannot run: the target, a number or the list of expected failures is wrong. The message says what to do. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  /** What is wrong; stable over versions. */
  readonly code: ConformanceErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: ConformanceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** No check has this number. */
export function unknownCheck(id: number): ConformanceError {
  return new ConformanceError(
    'FCGI_CHECK_UNKNOWN',
    `No check has the number ${id}. --list shows all of them.`,
  );
}

/** A line of a list of expected failures cannot be read, or its check has passed. */
export function invalidExpectation(line: number, reason: string): ConformanceError {
  return new ConformanceError('FCGI_EXPECTATION_INVALID', `Expected failures, line ${line}: ${reason}`);
}

/** An address that is neither that of a Unix socket nor HOST:PORT, or a URL that is not of http. */
export function invalidAddress(text: string): ConformanceError {
  return new ConformanceError(
    'FCGI_CHECK_ADDRESS_INVALID',
    `${JSON.stringify(text)} is not an address. Write unix:/path, /path, HOST:PORT or [IPv6]:PORT; of a web server, http://HOST:PORT/.`,
  );
}

/** Nothing answers there. */
export function unreachable(what: string, reason: string): ConformanceError {
  return new ConformanceError('FCGI_CHECK_TARGET_UNREACHABLE', `${what} does not answer: ${reason}`);
}
