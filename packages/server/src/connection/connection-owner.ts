import type { RequestOutcome } from '../diagnostics.ts';
import type { MultiplexerOptions } from '../engine/multiplexer.ts';
import type { FcgiServerError } from '../errors.ts';
import type { ResolvedLimits } from '../limits.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import type { Connection } from './connection.ts';
import type { HeldBackBodies } from './held-back-bodies.ts';
import type { Clock } from './open-connections.ts';

/** What a connection needs of its server. */
export interface ConnectionOwner extends MultiplexerOptions {
  readonly clock: Clock;
  readonly heldBack: HeldBackBodies;
  readonly limits: ResolvedLimits;
  /** A request began: hands it to its handler. */
  dispatch(request: FcgiRequest): void;
  /** A request ended. */
  requestEnded(request: FcgiRequest, outcome: RequestOutcome): void;
  /** A request was refused. */
  requestRefused(error: FcgiServerError): void;
  /** Told what went wrong. */
  report(error: unknown, request?: FcgiRequest): void;
  /** The server is not to close before this has settled. */
  waitUntil(promise: Promise<unknown>): void;
  /** The connection is gone. */
  connectionClosed(connection: Connection): void;
}
