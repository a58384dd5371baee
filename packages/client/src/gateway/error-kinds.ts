import { isFcgiError, type RemoteProtocolError } from '@fcgi-js/protocol';
import type { FcgiClientError } from '../errors.ts';
import type { FcgiConnectError, FcgiRejectedError, FcgiTimeoutError } from '../request-errors.ts';

/*
 * The kinds of errors of a client by what they have, and not by `instanceof`: the client that a gateway was given may be of another
 * copy of this package.
 */

export function isClientError(error: unknown): error is FcgiClientError {
  return isFcgiError(error) && 'side' in error;
}

export function isConnectError(error: FcgiClientError): error is FcgiConnectError {
  return error.code === 'FCGI_CONNECT_FAILED';
}

export function isRejectedError(error: FcgiClientError): error is FcgiRejectedError {
  return error.code === 'FCGI_REQUEST_REJECTED';
}

export function isTimeoutError(error: FcgiClientError): error is FcgiTimeoutError {
  return error.name === 'FcgiTimeoutError';
}

export function isRemoteProtocolError(error: unknown): error is RemoteProtocolError {
  return isFcgiError(error) && error.name === 'RemoteProtocolError';
}
