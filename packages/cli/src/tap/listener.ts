import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type FcgiAddress, formatAddress } from '@fcgi-js/client';
import { systemReason } from '@fcgi-js/runner/command';
import { FcgiServerError, listenOnUnixSocket } from '@fcgi-js/server';
import { CommandFailure } from '../command-failure.ts';

/** Why it does not listen on a TCP port, and what to do, by the code of the system. */
const TCP_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not. Ports below 1024 are for root; choose a higher one',
  EADDRINUSE: 'another process listens there. Stop it (ss -ltnp shows it), or choose another port',
};

/** Where a tap listens. */
export interface TapListener {
  readonly server: Server;
  /** Accepts no more, and removes the file of a Unix socket. */
  close(): void;
}

/**
 * Listens, and accepts half-closed connections. A socket file that another process has left behind is replaced.
 *
 * @param mode of a Unix socket; it is never open to more, not even for a moment
 * @throws CommandFailure where it cannot listen there
 */
export async function openListener(address: FcgiAddress, mode: number): Promise<TapListener> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  try {
    if (address.kind === 'unix') {
      const file = await listenOnUnixSocket(server, address.path, { mode });
      return {
        server,
        close: () => {
          file.remove();
          server.close();
        },
      };
    }
    const listening = once(server, 'listening');
    server.listen({ host: address.host, port: address.port });
    await listening;
    return { server, close: () => server.close() };
  } catch (error) {
    if (error instanceof FcgiServerError)
      throw new CommandFailure(error.message, undefined, { cause: error });
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = TCP_REASONS[code] ?? systemReason(error);
    throw new CommandFailure(`Cannot listen on ${formatAddress(address)}: ${reason}.`, undefined, {
      cause: error,
    });
  }
}
