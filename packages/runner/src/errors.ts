/** Stable codes of {@link RunnerError}; each has a heading in `docs/errors.md`. */
export type RunnerErrorCode =
  | 'FCGI_APPLICATION_FAILED'
  | 'FCGI_APPLICATION_MISSING'
  | 'FCGI_BUILD_MISSING'
  | 'FCGI_FILE_UNSAFE'
  | 'FCGI_FILE_UNUSABLE'
  | 'FCGI_MANIFEST_UNREADABLE'
  | 'FCGI_OPTION_INVALID'
  | 'FCGI_REQUESTS_CUT_OFF'
  | 'FCGI_SOCKET_UNUSABLE'
  | 'FCGI_SUCCESSION_FAILED';

/** An application cannot be run, or not as it was asked for. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';
  /** What is wrong; stable over versions. */
  readonly code: RunnerErrorCode;

  /**
   * @param code what is wrong
   * @param message for people; empty where the error output has it already
   */
  constructor(code: RunnerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Options that make no sense, by themselves or together. */
export function optionError(message: string): RunnerError {
  return new RunnerError('FCGI_OPTION_INVALID', message);
}

/** The value of one option is invalid. The caller adds which option it is. */
export class OptionValueError extends Error {
  override readonly name = 'OptionValueError';
}
