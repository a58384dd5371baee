import type { FcgiRequest, HandlerResult } from '@fcgi-js/server';
import { answerText } from './answer.ts';
import { Arguments } from './arguments.ts';
import { cat, early, echo, partial } from './bodies.ts';
import { abort, abortInfo, fail } from './failures.ts';
import { httpPaths, respondWithHttp } from './http-routes.ts';
import { big, env, exit, localRedirect, noContentType, slow, stderr } from './outputs.ts';

type Route = (request: FcgiRequest, args: Arguments) => HandlerResult | Promise<HandlerResult>;

const routes = new Map<string, Route>([
  ['/abort', abort],
  ['/abortinfo', abortInfo],
  ['/big', big],
  ['/cat', cat],
  ['/early', early],
  ['/echo', echo],
  ['/env', env],
  ['/exit', exit],
  ['/localredirect', localRedirect],
  ['/nocontenttype', noContentType],
  ['/nothing', () => undefined],
  ['/partial', partial],
  ['/slow', slow],
  ['/stderr', stderr],
  ['/throw', fail],
]);

/** The role Responder (FastCGI 1.0 §6.2). */
export function respond(request: FcgiRequest): HandlerResult | Promise<HandlerResult> {
  const args = new Arguments(request.params);
  if (httpPaths.has(args.path)) return respondWithHttp(request);
  const route = routes.get(args.path);
  return route === undefined
    ? answerText(request, 'not found', { status: '404 Not Found' })
    : route(request, args);
}
