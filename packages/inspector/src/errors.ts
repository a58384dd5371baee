/** Stable codes of {@link RecordingError}; each has a heading in `docs/errors.md`. */
export type RecordingErrorCode =
  | 'FCGI_CAPTURE_UNREADABLE'
  | 'FCGI_RECORDING_DAMAGED'
  | 'FCGI_RECORDING_EMPTY'
  | 'FCGI_RECORDING_VERSION'
  | 'FCGI_TCP_STREAM_MISSING'
  | 'FCGI_TSHARK_MISSING';

/** A recording cannot be read. The message says why, for people, and may quote tshark. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  /** Why; stable over versions. */
  readonly code: RecordingErrorCode;

  /**
   * @param code why it cannot be read
   * @param message for people
   */
  constructor(code: RecordingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Stable codes of {@link InspectorError}; each has a heading in `docs/errors.md`. */
export type InspectorErrorCode = 'FCGI_REQUEST_INVALID' | 'FCGI_STATUS_MISSING';

/** A request cannot be described like this, or an application has no status page. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
  /** What is wrong; stable over versions. */
  readonly code: InspectorErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: InspectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** No web server would send such a request. */
export function invalidRequest(message: string, cause?: unknown): InspectorError {
  return new InspectorError('FCGI_REQUEST_INVALID', message, cause === undefined ? undefined : { cause });
}

/** What is at the path is not a status page; `found` is what it is. */
export function missingStatus(path: string, found: string): InspectorError {
  return new InspectorError(
    'FCGI_STATUS_MISSING',
    `There is no status page at ${path}: the answer is ${found}.\nUse --path with the value of pm.status_path (php-fpm) or --status-path (fcgi run).`,
  );
}

/** tshark has failed; `said` is what it wrote to its stderr. */
export function captureUnreadable(said: string): RecordingError {
  return new RecordingError('FCGI_CAPTURE_UNREADABLE', `tshark cannot read this capture: ${said}`);
}

/** A text of hexadecimal digits has something else in this line, counted from 1. */
export function notHexadecimal(line: number): RecordingError {
  return new RecordingError(
    'FCGI_RECORDING_DAMAGED',
    `This looks like hexadecimal digits, but line ${line} has something else.`,
  );
}

/** A line of a file of `fcgi tap --save` is no entry; counted from 1. */
export function damagedLine(line: number): RecordingError {
  return new RecordingError(
    'FCGI_RECORDING_DAMAGED',
    `Line ${line} of the recording cannot be read; was it cut off?`,
  );
}

/** There is not one byte. */
export function emptyRecording(): RecordingError {
  return new RecordingError('FCGI_RECORDING_EMPTY', 'The recording is empty.');
}

/** A file of `fcgi tap --save` has another version. */
export function otherVersion(version: unknown): RecordingError {
  return new RecordingError(
    'FCGI_RECORDING_VERSION',
    `This is a recording of fcgi tap in version ${version}; this fcgi reads version 1.`,
  );
}

/** A capture does not have the TCP stream of this number; without a number, none that speaks FastCGI. */
export function noTcpStream(wanted: number | undefined): RecordingError {
  return new RecordingError(
    'FCGI_TCP_STREAM_MISSING',
    wanted === undefined
      ? 'No TCP connection in this capture speaks FastCGI.'
      : `There is no TCP stream ${wanted} in it.`,
  );
}

/** It is a capture, and tshark is not there to read it. */
export function tsharkMissing(): RecordingError {
  return new RecordingError(
    'FCGI_TSHARK_MISSING',
    'This is a capture, and tshark, which reads those, is not installed.',
  );
}
