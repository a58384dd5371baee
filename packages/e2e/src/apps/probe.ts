#!/usr/bin/env node
import { createServer, fromAuthorizer } from '@fcgi-js/server';
import { authorize } from './probe/authorize.ts';
import { filter } from './probe/filter.ts';
import { respond } from './probe/routes.ts';

const DEFAULT_INCOMPLETE_SECONDS = 5;

/**
 * Where to listen, as `PROBE_LISTEN` says: `unix:PATH`, `tcp:HOST:PORT`, or `fd0`, the socket that the process was
 * started with (FastCGI 1.0 §2.2).
 */
function listenAddress(environment: NodeJS.ProcessEnv): string {
  const address = environment['PROBE_LISTEN'];
  if (address === undefined) throw new Error('PROBE_LISTEN must be unix:PATH, tcp:HOST:PORT or fd0.');
  return address === 'fd0' ? 'fd:0' : address;
}

async function main(): Promise<void> {
  const seconds = Number(process.env['PROBE_INCOMPLETE_TIMEOUT'] ?? DEFAULT_INCOMPLETE_SECONDS);
  const server = createServer({
    responder: respond,
    authorizer: fromAuthorizer(authorize),
    filter,
    limits: { incompleteRequestTimeout: seconds * 1_000 },
  });
  // Some web servers send it more than once: closing again waits for the same end.
  process.on('SIGTERM', () => {
    server.close().catch(fail);
  });
  const address = await server.listen(listenAddress(process.env));
  console.log(`ready ${address}`);
}

function fail(error: unknown): void {
  console.error(error);
  process.exitCode = 1;
}

main().catch(fail);
