/** Stable codes of {@link BundleError}; each has a heading in `docs/errors.md`. */
export type BundleErrorCode = 'FCGI_BUNDLE_FAILED' | 'FCGI_BUNDLE_INVALID';

/** An application cannot be bundled, or not as it was asked for. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  /** What is wrong; stable over versions. */
  readonly code: BundleErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: BundleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option is wrong. */
export function invalidBundle(message: string): BundleError {
  return new BundleError('FCGI_BUNDLE_INVALID', message);
}

/** The application cannot be bundled. */
export function failedBundle(message: string, cause?: unknown): BundleError {
  return new BundleError('FCGI_BUNDLE_FAILED', message, { cause });
}
