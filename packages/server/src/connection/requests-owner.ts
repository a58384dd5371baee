import type { RequestOutcome } from '../diagnostics.ts';
import type { MultiplexerOptions } from '../engine/multiplexer.ts';
import type { FcgiServerError } from '../errors.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import type { RequestOwner } from '../request/request-host.ts';
import type { HeldBackBodies } from './held-back-bodies.ts';
import type { Clock } from './open-connections.ts';

/** What the requests of a connection need of their server. */
export interface RequestsOwner extends MultiplexerOptions, RequestOwner<FcgiRequest> {
  readonly clock: Clock;
  readonly heldBack: HeldBackBodies;
  /** A request began: hands it to its handler. */
  dispatch(request: FcgiRequest): void;
  /** A request ended. */
  requestEnded(request: FcgiRequest, outcome: RequestOutcome): void;
  /** A request was refused. */
  requestRefused(error: FcgiServerError): void;
}
