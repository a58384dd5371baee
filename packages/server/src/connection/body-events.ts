import { truncatedBody } from '../engine/refusal.ts';
import type { RequestState } from '../engine/request-state.ts';
import { errors, type FcgiServerError } from '../errors.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import { copyOf, type InputSource } from '../request/input-source.ts';

/** Something came of a body. */
interface BodyEvent {
  readonly state: RequestState<FcgiRequest>;
  readonly stream: 'data' | 'stdin';
}

/**
 * Hands bytes of a body to the request that it belongs to.
 *
 * @param lent whether the bytes change afterwards
 */
export function receiveBody(event: BodyEvent & { readonly content: Uint8Array }, lent: boolean): void {
  inputOf(event).receive(lent ? copyOf(event.content) : event.content);
}

/** Tells the request that its body has ended, whole or not. */
export function endBody(event: BodyEvent & { readonly missing: number }, now: number): void {
  const input = inputOf(event);
  if (event.missing === 0) input.end();
  else event.state.owner!.answer.failBody(input, truncatedBody(event.stream, event.missing), now);
}

/** More of a body came than was announced; the request goes on without it. */
export function surplusBody(stream: 'data' | 'stdin'): FcgiServerError {
  const { stream: longer } = errors.FCGI_BODY_TOO_LONG;
  return stream === 'stdin' ? longer('STDIN', 'CONTENT_LENGTH') : longer('DATA', 'FCGI_DATA_LENGTH');
}

function inputOf({ state, stream }: BodyEvent): InputSource {
  const request = state.owner!;
  return stream === 'stdin' ? request.input : request.dataInput;
}
