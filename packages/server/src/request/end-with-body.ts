import type { Params } from '../cgi/params.ts';

/**
 * h2o 2.2 dies of an END_REQUEST on a kept connection while it still sends the body. It has the whole body before
 * it begins, so that waiting for its end never waits for a browser.
 */
const ENDS_WITH_BODY = /^h2o\//;

/** Whether END_REQUEST must not come before the end of the body. */
export function endsWithBody(params: Params): boolean {
  return ENDS_WITH_BODY.test(params.get('SERVER_SOFTWARE') ?? '');
}
