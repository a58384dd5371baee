import { FcgiServerError } from '../errors.ts';

/** The web server has gone. */
export function lostConnection(cause: Error | undefined): FcgiServerError {
  return new FcgiServerError(
    'FCGI_CONNECTION_LOST',
    'connection',
    'The web server closed the connection before the request had ended.',
    { cause },
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
