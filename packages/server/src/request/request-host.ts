import type { RequestState } from '../engine/request-state.ts';
import type { FcgiServerError } from '../errors.ts';
import type { ResolvedLimits } from '../limits.ts';
import type { OutputHost } from './request-output.ts';

/** What is known of the connection that a request came on. */
export interface ConnectionInfo {
  /** Address of the web server (not of the browser: that is REMOTE_ADDR); absent on Unix sockets. */
  readonly remoteAddress: string | undefined;
  /** Port of the web server; absent on Unix sockets. */
  readonly remotePort: number | undefined;
}

/** What a request needs of its server. */
export interface RequestOwner<Request> {
  readonly limits: ResolvedLimits;
  /** Takes what went wrong. */
  report(error: unknown, request?: Request): void;
  /** The server is not to close before this has settled. */
  waitUntil(promise: Promise<unknown>): void;
}

/** The connection that a request came on, as far as the request needs it. */
export interface RequestHost<Request> extends OutputHost {
  readonly info: ConnectionInfo;
  readonly owner: RequestOwner<Request>;
  /** Ends a response that has begun so that the web server notices that it is not complete. */
  breakOff(request: Request, state: RequestState<Request>): void;
  /** The promise of a handler has settled. */
  handlerSettled(request: Request): void;
  /** The application took what counts for `cost` of a body. */
  taken(state: RequestState<Request>, cost: number): void;
}

/** An adapter that wants to know at once that the web server has gone. */
export interface RequestObserver {
  aborted(error: FcgiServerError): void;
}
