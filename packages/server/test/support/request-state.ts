import { Role } from '@fcgi-js/protocol';
import { RequestState } from '../../src/engine/request-state.ts';
import type { FcgiRequest } from '../../src/request/fcgi-request.ts';

/** A request that a web server has begun, without its connection. */
export function requestState(requestId = 1): RequestState<FcgiRequest> {
  return new RequestState(requestId, Role.Responder, true, 0);
}
