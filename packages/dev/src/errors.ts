/** Stable codes of {@link DevError}; each has a heading in `docs/errors.md`. */
export type DevErrorCode = 'FCGI_DEV_PORT_UNAVAILABLE';

/** An application cannot be served for developing. What is wrong with the application itself is shown in the browser instead. */
export class DevError extends Error {
  override readonly name = 'DevError';
  /** What is wrong; stable over versions. */
  readonly code: DevErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: DevErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The HTTP port cannot be opened. */
export function portUnavailable(port: number, host: string, cause: Error): DevError {
  return new DevError(
    'FCGI_DEV_PORT_UNAVAILABLE',
    `Cannot listen on port ${port} of ${host}: ${cause.message}`,
    {
      cause,
    },
  );
}
