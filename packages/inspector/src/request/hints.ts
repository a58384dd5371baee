import { FcgiClientError, FcgiConnectError } from '@fcgi-js/client';
import { RemoteProtocolError } from '@fcgi-js/protocol';
import { decodeLatin1 } from '../bytes-as-text.ts';

const CONNECT_HINTS: Readonly<Record<string, string>> = {
  EACCES:
    'The socket may not be opened by this user: look at its mode and owner, and at the folders above it.',
  ECONNREFUSED: 'No process listens there: the application is not running, or has left its socket behind.',
  ENOENT: 'There is no such socket: the application is not running, or listens elsewhere.',
  ENOTSOCK: 'That is a file and no socket.',
};

const SPEAKS_HTTP =
  'What listens there speaks HTTP, not FastCGI. Start the application with fcgi run APP, or ask it with curl, and let the web server speak HTTP to it: proxy_pass (nginx), ProxyPass http:// (Apache).';
const SPEAKS_SOMETHING =
  'What listens there does not speak FastCGI: look whether the address is that of the application. fcgi doctor ADDRESS shows what it says.';

/**
 * What to do about a request that failed.
 *
 * @param error whatever the client has thrown
 * @param params of the request
 * @returns `undefined` where nothing is known about such a failure
 */
export function hintFor(error: unknown, params: ReadonlyMap<string, string>): string | undefined {
  if (error instanceof FcgiConnectError) return CONNECT_HINTS[error.systemCode];
  if (error instanceof RemoteProtocolError && error.code === 'FCGI_VERSION_UNSUPPORTED') {
    // The first byte of `HTTP/1.1 400 Bad Request`.
    return / version 72\b/.test(error.message) ? SPEAKS_HTTP : SPEAKS_SOMETHING;
  }
  if (!(error instanceof FcgiClientError)) return undefined;
  if (error.code === 'FCGI_FIRST_BYTE_TIMEOUT') {
    return 'It accepted the connection: all its workers may be busy, or what listens there does not speak FastCGI.';
  }
  if (error.code === 'FCGI_ANSWER_MISSING' && !params.has('SCRIPT_FILENAME')) {
    return 'If that is php-fpm: --script FILE tells it which file to run.';
  }
  return undefined;
}

/**
 * What to do about a response that came with an explanation of php-fpm on STDERR.
 *
 * @param stderr of the response
 * @param params of the request
 * @returns `undefined` where STDERR has no such explanation
 */
export function hintForStderr(stderr: string, params: ReadonlyMap<string, string>): string | undefined {
  const file = params.get('SCRIPT_FILENAME');
  if (stderr.includes('Primary script unknown')) {
    return file === undefined
      ? 'php-fpm runs files: --script FILE tells it which.'
      : `php-fpm finds no file ${decodeLatin1(file)} that its user may read, on its machine and in its chroot.`;
  }
  if (stderr.includes('has been denied (see security.limit_extensions)')) {
    return 'The pool of php-fpm runs files with other endings only: security.limit_extensions.';
  }
  return undefined;
}
