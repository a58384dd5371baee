import type { RemoteProtocolError } from '@fcgi-js/protocol';
import { FcgiServerError } from '../errors.ts';
import { limitName } from '../limits.ts';

/** The web server has gone. */
export function lostConnection(cause: Error | undefined): FcgiServerError {
  return new FcgiServerError(
    'FCGI_CONNECTION_LOST',
    'connection',
    'The web server closed the connection before the request had ended.',
    { cause },
  );
}

/** ABORT_REQUEST came (§5.4). */
export function abortedRequest(): FcgiServerError {
  return new FcgiServerError('FCGI_ABORTED', 'request', 'The web server aborted the request.');
}

/** The connection was closed because the web server broke the protocol, or a limit. */
export function closedFor(cause: FcgiServerError | RemoteProtocolError): FcgiServerError {
  const message = `The connection was closed: ${cause.message}`;
  return new FcgiServerError('FCGI_CONNECTION_LOST', 'connection', message, { cause });
}

/** The web server does not read. */
export function stalled(timeout: number): FcgiServerError {
  return new FcgiServerError(
    'FCGI_CONNECTION_STALLED',
    'connection',
    `The web server took no byte for ${timeout} ms, which is ${limitName('writeStallTimeout')}.`,
  );
}

/** More of a body came than was announced; the request goes on without it. */
export function surplusBody(stream: 'data' | 'stdin'): FcgiServerError {
  const [name, length] = stream === 'stdin' ? ['STDIN', 'CONTENT_LENGTH'] : ['DATA', 'FCGI_DATA_LENGTH'];
  return new FcgiServerError(
    'FCGI_BODY_TOO_LONG',
    'request',
    `${name} goes on after its end (${length}, or its empty record), and the rest is dropped: the web server has changed the body, but not its length, as Apache does with SetInputFilter DEFLATE. Switch that off for this application.`,
  );
}
