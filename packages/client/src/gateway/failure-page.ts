import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtocolStatus, type RemoteProtocolError } from '@fcgi-js/protocol';
import type { FcgiClientErrorCode } from '../error-rules.ts';
import type { FcgiClientError } from '../errors.ts';
import { http } from '../node-http.ts';
import {
  isClientError,
  isConnectError,
  isRejectedError,
  isRemoteProtocolError,
  isTimeoutError,
} from './error-kinds.ts';

/** A request that the gateway answers itself. */
export class GatewayRefusal extends Error {
  override readonly name: string = 'GatewayRefusal';
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A request that no application gets. The answer says what is wrong with it: only the HTTP client can change it. */
export class RequestRefusal extends GatewayRefusal {
  override readonly name = 'RequestRefusal';
  /** Whether the HTTP client may send another request on its connection. */
  readonly connection: 'closed' | 'kept';

  constructor(status: number, message: string, connection: RequestRefusal['connection'] = 'kept') {
    super(status, message);
    this.connection = connection;
  }
}

const STATUSES: Partial<Record<FcgiClientErrorCode, number>> = {
  FCGI_CLIENT_CLOSED: 503,
  FCGI_CLIENT_CUT_OFF: 503,
  FCGI_PATH_OUTSIDE_MOUNT: 404,
  FCGI_PARAM_NAME_INVALID: 500,
  FCGI_QUEUE_FULL: 503,
  FCGI_SOURCE_FAILED: 400,
  FCGI_STDIN_LENGTH_MISMATCH: 400,
  FCGI_TARGET_INVALID: 400,
};

/** The HTTP status for a request that failed before there was an answer. */
export function failureStatus(error: unknown): number {
  if (error instanceof GatewayRefusal) return error.status;
  if (!isClientError(error)) return isRemoteProtocolError(error) ? 502 : 500;
  if (isTimeoutError(error)) return 504;
  if (isRejectedError(error)) {
    return error.protocolStatus === ProtocolStatus.Overloaded ? 503 : 502;
  }
  return STATUSES[error.code] ?? 502;
}

const CONNECT_REMEDIES = new Map([
  [
    'EACCES',
    'This process may not use the socket: give its user or group access to the file, and to all folders above it.',
  ],
  ['EAGAIN', 'The application is there but accepts no connections: it is overloaded or stuck.'],
  [
    'ECONNREFUSED',
    'Nothing listens there: start the application. A socket file can be left over from one that has ended.',
  ],
  ['EHOSTUNREACH', 'There is no way to that host: check the address and the network.'],
  ['ENOENT', 'There is no such socket: start the application, or correct the path.'],
  ['ENOTFOUND', 'There is no such host: correct the name in the address.'],
  ['ENOTSOCK', 'That file is no socket: correct the path.'],
  ['EPERM', 'This process may not use the socket: give its user or group access to it.'],
  ['EPROTOTYPE', 'That is a socket of another kind: correct the path.'],
]);

const REMEDIES: Partial<Record<FcgiClientErrorCode, string>> = {
  FCGI_CONNECT_TIMEOUT:
    'The application is overloaded or stuck, or something on the way swallows connections.',
  FCGI_FIRST_BYTE_TIMEOUT: 'The application took the request and is still silent: see what it is busy with.',
  FCGI_ANSWER_MISSING: 'The application ended the request with no output: look into its log and its STDERR.',
  FCGI_PATH_OUTSIDE_MOUNT: 'Only paths below the mount point of this gateway lead to the application.',
};

/**
 * What happened and what to do, in plain words; nothing that the application said.
 *
 * @param explains whether the HTTP client may know of the application
 * @returns `undefined` where the answer has the status only
 */
export function explainFailure(
  error: unknown,
  address: string | undefined,
  explains: boolean,
): string | undefined {
  if (error instanceof RequestRefusal) return error.message;
  if (!explains) return undefined;
  if (error instanceof GatewayRefusal) return error.message;
  if (!isClientError(error) && !isRemoteProtocolError(error)) {
    return 'The gateway failed; its log has the reason.';
  }
  const application = address === undefined ? [] : [`Application: ${address}`];
  const remedy = remedyFor(error) ?? [];
  return [error.message, ...application, `Error: ${error.code}`].concat(remedy).join('\n');
}

function remedyFor(error: FcgiClientError | RemoteProtocolError): string | undefined {
  if (isClientError(error)) {
    return isConnectError(error) ? CONNECT_REMEDIES.get(error.systemCode) : REMEDIES[error.code];
  }
  return error.code === 'FCGI_VERSION_UNSUPPORTED'
    ? 'What listens there may not speak FastCGI: an HTTP server, for example, does not.'
    : undefined;
}

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;
const PROXY_FIELDS = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const;

/** Whether a request comes from this machine, and not through a proxy on it. */
export function isLocal(request: IncomingMessage): boolean {
  const { remoteAddress } = request.socket;
  const isLoopback = remoteAddress !== undefined && LOOPBACK.test(remoteAddress);
  return isLoopback && PROXY_FIELDS.every((name) => request.headers[name] === undefined);
}

/** The header fields of every failure. */
export const failureFields: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Type': 'text/plain; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
};

/** What is shown: the status and, where there is one, an explanation. */
export function failureText(status: number, explanation: string | undefined): string {
  const title = `${status} ${http.STATUS_CODES[status] ?? ''}`.trim();
  return explanation === undefined ? `${title}\n` : `${title}\n\n${explanation}\n`;
}

/** Answers with {@link failureText}. */
export function sendFailure(http: ServerResponse, error: unknown, explanation: string | undefined): void {
  const status = failureStatus(error);
  const text = failureText(status, explanation);
  const isLast = error instanceof RequestRefusal && error.connection === 'closed';
  http.writeHead(status, {
    ...failureFields,
    'Content-Length': Buffer.byteLength(text),
    ...(isLast && { Connection: 'close' }),
  });
  http.end(text);
}
