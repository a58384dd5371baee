import { FcgiServerError } from './errors.ts';

/** The web server has gone. */
export function lostConnection(cause: Error | undefined): FcgiServerError {
  return new FcgiServerError(
    'FCGI_CONNECTION_LOST',
    'connection',
    'The web server closed the connection before the request had ended.',
    { cause },
  );
}

/** A body ended before its announced length. */
export function truncatedBody(stream: 'data' | 'stdin', missing: number): FcgiServerError {
  const length = stream === 'stdin' ? 'CONTENT_LENGTH' : 'FCGI_DATA_LENGTH';
  return new FcgiServerError(
    'FCGI_BODY_TRUNCATED',
    'request',
    `The body ended ${missing} bytes before its ${length}.`,
  );
}
