import { bodyTimeout, paramsTimeout, type Refusal, requestTimeout } from '../engine/refusal.ts';
import { Phase, type RequestState } from '../engine/request-state.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import type { RequestsOwner } from './requests-owner.ts';

/**
 * The time-out of a request that has passed, as what answers it.
 *
 * @param listening whether the connection is being read: otherwise the web server cannot be late
 */
export function overdue(
  state: RequestState<FcgiRequest>,
  now: number,
  { heldBack, limits }: Pick<RequestsOwner, 'heldBack' | 'limits'>,
  listening: boolean,
): Refusal | undefined {
  const waited = now - state.lastInput;
  if (state.phase === Phase.Params) {
    return waited < limits.incompleteRequestTimeout
      ? undefined
      : paramsTimeout(limits.incompleteRequestTimeout);
  }
  const request = state.owner;
  if (request === undefined) return undefined;
  if (now - state.began >= limits.requestTimeout && !request.answer.settled)
    return requestTimeout(now - state.began);
  if (!state.receiving) return undefined;
  // The web server is only late if the application waits for it and the connection is being read.
  if (!listening || !(request.input.starving || request.dataInput.starving)) {
    state.lastInput = now;
    heldBack.unread(request, state);
    return undefined;
  }
  const held = heldBack.awaited(request, state, waited);
  if (held !== undefined) return held;
  return waited < limits.bodyStallTimeout ? undefined : bodyTimeout(limits.bodyStallTimeout);
}
