import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portUnavailable } from './errors.ts';
import { isExpectedHost, unexpectedHostText } from './expected-host.ts';
import { plainPage } from './html.ts';
import { http } from './node-http.ts';
import { ReplaceableResponse, sendPage } from './replaceable-response.ts';

/** Answers an HTTP request. */
export type Answer = (request: IncomingMessage, response: ReplaceableResponse) => Promise<void>;

/** The HTTP server that browsers talk to. */
export interface Front {
  /** Where a browser of this machine finds it. */
  readonly browserUrl: string;
  /** Cuts off what is open. */
  close(): void;
  /** Answers requests from now on; to be called at once. */
  serve(answer: Answer): void;
  readonly port: number;
  /** Where it listens. */
  readonly url: string;
}

/** Where frameworks listen unless told otherwise. */
const USUAL_PORT = 3_000;
const CONNECTIONS = 1_024;

/**
 * Opens the port.
 *
 * @param allowedHosts names that it answers to, beside those of this machine
 * @param port the usual one, or another if that is taken, unless given
 * @throws DevError where it cannot be opened
 */
export async function openFront(
  host: string,
  port: number | undefined,
  allowedHosts: readonly string[],
): Promise<Front> {
  const server = http.createServer<typeof IncomingMessage, typeof ReplaceableResponse>({
    ServerResponse: ReplaceableResponse,
  });
  server.maxConnections = CONNECTIONS;
  try {
    await listen(server, host, port ?? USUAL_PORT);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (port !== undefined || cause.code !== 'EADDRINUSE') {
      throw portUnavailable(port ?? USUAL_PORT, host, cause);
    }
    await listen(server, host, 0);
  }
  const { address, port: actual } = server.address() as AddressInfo;
  const names = [host, ...allowedHosts];
  const urlOf = (name: string) => `http://${name.includes(':') ? `[${name}]` : name}:${actual}`;
  return {
    browserUrl: urlOf({ '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address),
    port: actual,
    url: urlOf(address),
    serve: (answer) =>
      server.on('request', (request, response) => {
        if (isExpectedHost(request, names)) void answer(request, response);
        else sendPage(response, plainPage(421, unexpectedHostText(request, remedy)));
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function remedy(name: string): string {
  return `If the name is yours, name it: fcgi dev --allow-host ${name} …`;
}

function listen(
  server: Server<typeof IncomingMessage, typeof ReplaceableResponse>,
  host: string,
  port: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
