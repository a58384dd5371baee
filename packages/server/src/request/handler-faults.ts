import { FcgiServerError } from '../errors.ts';

/** A handler broke the rules. */
export function handlerFault(rule: string): FcgiServerError {
  return new FcgiServerError('FCGI_HANDLER_FAILED', 'request', rule);
}

/** A handler called `respond()` for a response that it had begun. */
export function respondedTwice(): FcgiServerError {
  return handlerFault(
    'respond() was called after a response had begun: by respond(), or by stdout, which excludes it.',
  );
}
