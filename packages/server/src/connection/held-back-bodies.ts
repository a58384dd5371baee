import { answerHeldBack, bodyHeldBack, type Refusal } from '../engine/refusal.ts';
import type { RequestState } from '../engine/request-state.ts';
import { FcgiServerError } from '../errors.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';

/** Milliseconds without a byte after which the rest of a body will not come. All that nginx had written is there at once. */
const PATIENCE = 1_000;

/**
 * nginx and its descendants write nothing more of a body once they have the head of the answer, whether they have collected
 * the body first or not (`ngx_http_upstream_send_request_handler`, `preserve_output`).
 */
const SENDS_UNTIL_ANSWER = /nginx|angie|openresty|tengine/i;

/** Caddy reads nothing of an answer before it has written the whole body. */
const SENDS_ALL_FIRST = /^Caddy/;

/**
 * Notices requests whose answer has begun before the whole body has come, behind a web server that does one after the other:
 * they would end with a time-out, and without a word about the reason.
 */
export class HeldBackBodies {
  readonly #report: (error: FcgiServerError, request: FcgiRequest) => void;
  #isSaid = false;

  /** @param report told of the first of those that are not ended */
  constructor(report: (error: FcgiServerError, request: FcgiRequest) => void) {
    this.#report = report;
  }

  /**
   * Looks at a request whose application waits for its body.
   *
   * @param waited milliseconds without a byte of it
   * @returns what ends the request where its answer is complete: its END_REQUEST would never come
   */
  awaited(request: FcgiRequest, state: RequestState<FcgiRequest>, waited: number): Refusal | undefined {
    if (waited < PATIENCE || !request.output.sent || !isBehind(SENDS_UNTIL_ANSWER, request)) return undefined;
    const refusal = bodyHeldBack(state.bodyBytes);
    if (request.input.endsRequest) return refusal;
    this.#say(refusal, request);
    return undefined;
  }

  /** Looks at a request whose application does not take more of its body now, of which more is to come. */
  unread(request: FcgiRequest, state: RequestState<FcgiRequest>): void {
    if (!request.output.congested || !isBehind(SENDS_ALL_FIRST, request)) return;
    this.#say(answerHeldBack(state.bodyBytes), request);
  }

  #say({ code, message }: Refusal, request: FcgiRequest): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    this.#report(new FcgiServerError(code, 'request', message), request);
  }
}

function isBehind(product: RegExp, { params }: FcgiRequest): boolean {
  return product.test(params.get('SERVER_SOFTWARE') ?? '');
}
