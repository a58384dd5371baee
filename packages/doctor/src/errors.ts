/** Stable codes of {@link DoctorError}; each has a heading in `docs/errors.md`. */
export type DoctorErrorCode =
  | 'FCGI_FILE_CLOSED'
  | 'FCGI_FILE_IS_FOLDER'
  | 'FCGI_FILE_MISSING'
  | 'FCGI_TARGET_ADDRESS_INVALID'
  | 'FCGI_TARGET_MISSING'
  | 'FCGI_USER_MISSING'
  | 'FCGI_WEB_SERVER_UNKNOWN';

/** The description of a deployment is wrong. What is wrong with the deployment itself is a finding instead. */
export class DoctorError extends Error {
  override readonly name = 'DoctorError';
  /** What is wrong with the description; stable over versions. */
  readonly code: DoctorErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: DoctorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why a named file cannot be read; `error` itself where it is none of the usual reasons. */
export function fileError(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const cause = { cause: error };
  switch (code) {
    case 'ENOENT':
      return new DoctorError('FCGI_FILE_MISSING', `There is no file ${file}.`, cause);
    case 'EACCES':
      return new DoctorError('FCGI_FILE_CLOSED', `You may not read ${file}; try it with sudo.`, cause);
    case 'EISDIR':
      return new DoctorError('FCGI_FILE_IS_FOLDER', `${file} is a folder; name a file in it.`, cause);
    default:
      return error;
  }
}

/** Neither a program nor an address, a configuration or a log is named. */
export function nothingToExamine(): DoctorError {
  return new DoctorError(
    'FCGI_TARGET_MISSING',
    'Nothing to examine: name a target, a configuration or a log.',
  );
}

/** The target looks like an address and is none. */
export function invalidAddress(cause: TypeError): DoctorError {
  return new DoctorError('FCGI_TARGET_ADDRESS_INVALID', cause.message, { cause });
}

/** A user is named that this machine does not have. */
export function missingUser(name: string): DoctorError {
  return new DoctorError('FCGI_USER_MISSING', `There is no user ${name} on this machine.`);
}

/** A configuration does not show which web server it is for. */
export function unknownWebServer(file: string): DoctorError {
  return new DoctorError('FCGI_WEB_SERVER_UNKNOWN', `${file} does not show which web server it is for.`);
}
