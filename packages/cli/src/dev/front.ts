import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandFailure } from '../command-failure.ts';
import { http } from '../node-http.ts';
import { ReplaceableResponse } from './replaceable-response.ts';

/** Answers an HTTP request. */
export type Answer = (request: IncomingMessage, response: ReplaceableResponse) => Promise<void>;

/** The HTTP server that browsers talk to. */
export interface Front {
  /** Cuts off what is open. */
  close(): void;
  /** Answers requests from now on; to be called at once. */
  serve(answer: Answer): void;
  readonly url: string;
}

/** Where frameworks listen unless told otherwise. */
const USUAL_PORT = 3_000;
const CONNECTIONS = 1_024;

/**
 * Opens the port.
 *
 * @param port the usual one, or another if that is taken, unless given
 * @throws CommandFailure where it cannot be opened
 */
export async function openFront(host: string, port: number | undefined): Promise<Front> {
  const server = http.createServer<typeof IncomingMessage, typeof ReplaceableResponse>({
    ServerResponse: ReplaceableResponse,
  });
  server.maxConnections = CONNECTIONS;
  try {
    await listen(server, host, port ?? USUAL_PORT);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (port !== undefined || code !== 'EADDRINUSE') {
      throw new CommandFailure(`Cannot listen on port ${port ?? USUAL_PORT} of ${host}: ${message}`);
    }
    await listen(server, host, 0);
  }
  const { address, family, port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    serve: (answer) => server.on('request', (request, response) => void answer(request, response)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
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
