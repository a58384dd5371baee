import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromNodeListener, requestParams } from '@fcgi-js/server';
import { Arguments } from './arguments.ts';

type HttpRoute = (res: ServerResponse, args: Arguments) => void;

const routes = new Map<string, HttpRoute>([
  ['/cookies', cookies],
  ['/manyheaders', manyHeaders],
  ['/redirect', redirect],
  ['/setheader', setHeader],
  ['/status', status],
]);

/** The paths that are answered with `ServerResponse`, which checks names, values and reason phrases. */
export const httpPaths: ReadonlySet<string> = new Set(routes.keys());

/** Answers them. */
export const respondWithHttp = fromNodeListener((req: IncomingMessage, res: ServerResponse) => {
  const args = new Arguments(requestParams(req));
  routes.get(args.path)?.(res, args);
});

function status(res: ServerResponse, args: Arguments): void {
  const code = args.number('code', 200);
  if (args.has('reason')) res.writeHead(code, args.text('reason'), { 'Content-Type': 'text/plain' });
  else res.writeHead(code, { 'Content-Type': 'text/plain' });
  // `ServerResponse` leaves the body of 204 and 304 out.
  res.end(`status ${code}`);
}

function cookies(res: ServerResponse): void {
  res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/', 'c=3, with comma; Path=/']);
  answer(res, 'cookies ok');
}

function redirect(res: ServerResponse, args: Arguments): void {
  res.statusCode = 302;
  res.setHeader('Location', args.text('to'));
  answer(res, 'redirect');
}

function setHeader(res: ServerResponse, args: Arguments): void {
  // Throws where it refuses, which is a 500.
  res.setHeader(args.text('name'), args.text('value'));
  answer(res, 'setheader ok');
}

function manyHeaders(res: ServerResponse, args: Arguments): void {
  const value = 'h'.repeat(args.number('len'));
  for (let index = 0; index < args.number('n'); index += 1) res.setHeader(`X-Many-${index}`, value);
  answer(res, 'manyheaders ok');
}

function answer(res: ServerResponse, text: string): void {
  if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', 'text/plain');
  // As bytes: Node writes a head in UTF-8, not Latin-1, when it goes out with a text.
  res.end(Buffer.from(text));
}
