import { expectThat } from '../../check.ts';
import type { HttpResponse } from '../http-exchange.ts';

/** Fails unless the client got a whole response with status 200 and this body. */
export function expectPlain({ body, state, status }: HttpResponse, text = 'plain'): void {
  expectThat(status === 200, `The client got status ${status}.`);
  expectThat(state === 'complete', `The response is ${state}.`);
  expectThat(
    body.toString('latin1') === text,
    `The body has ${body.length} bytes instead of ${text.length}, or other bytes.`,
  );
}
