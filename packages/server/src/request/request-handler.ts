import type { FcgiRequest } from './fcgi-request.ts';
import type { HandlerResult } from './handler-result.ts';

/**
 * Serves one request. What it returns, or resolves to, is the appStatus of END_REQUEST (FastCGI 1.0 §5.5):
 * an integer from 0 to 4,294,967,295; nothing stands for 0. The request ends when it returns.
 *
 * A handler that throws, rejects, or writes no response is answered with 500 if nothing was sent; otherwise
 * its response is broken off. The details go to FCGI_STDERR and `onError`.
 */
export type FcgiRequestHandler = (request: FcgiRequest) => HandlerResult | Promise<HandlerResult>;
