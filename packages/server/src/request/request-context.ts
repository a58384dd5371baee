import type { Params } from '../cgi/params.ts';
import type { FcgiServerError } from '../errors.ts';
import type { FcgiRequest } from './fcgi-request.ts';
import type { InputOwner } from './input-source.ts';
import type { RequestOutput } from './request-output.ts';

/** What is known of the connection that a request came on. */
export interface ConnectionInfo {
  /** Address of the web server (not of the browser: that is REMOTE_ADDR); absent on Unix sockets. */
  readonly remoteAddress: string | undefined;
  /** Port of the web server; absent on Unix sockets. */
  readonly remotePort: number | undefined;
}

/** An adapter that wants to know at once that the web server has gone. */
export interface RequestObserver {
  aborted(error: FcgiServerError): void;
}

/** What a request needs of its surroundings. */
export interface RequestContext extends InputOwner {
  readonly connection: ConnectionInfo;
  readonly headLimit: number;
  readonly keepConn: boolean;
  readonly output: RequestOutput;
  readonly params: Params;
  readonly requestId: number;
  readonly role: number;
  /** The server is not to close before this has settled. */
  waitUntil(promise: Promise<unknown>): void;
  /** The promise of its handler has settled. */
  handlerSettled(request: FcgiRequest): void;
  /** Told what went wrong. */
  report(error: unknown, request: FcgiRequest): void;
  /** Ends a response that has begun so that the web server notices that it is not complete. */
  breakOff(): void;
}
