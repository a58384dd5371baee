import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type FcgiRequestHandler, fromNodeListener } from '@fcgi-js/server';
import { obeyBenchmark, programArguments } from './program.ts';

/** Room for the 10,000 idle connections; no other setting differs from the defaults. */
const LIMITS = { connections: 20_000 };

/**
 * Serves a handler over FastCGI with fcgi-js.
 *
 * @param responder raw, or made by an adapter
 */
export async function serveFastCgi(responder: FcgiRequestHandler): Promise<void> {
  await createServer({ responder, limits: LIMITS }).listen(programArguments().socketPath);
  obeyBenchmark();
}

/**
 * Serves a listener with fcgi-js or with `node:http`, whichever this process was started for.
 *
 * @param listener the application
 */
export async function serveListener(listener: RequestListener): Promise<void> {
  if (programArguments().transport === 'fastcgi') {
    await serveFastCgi(fromNodeListener(listener));
  } else {
    createHttpServer(listener).listen(programArguments().socketPath);
    obeyBenchmark();
  }
}
