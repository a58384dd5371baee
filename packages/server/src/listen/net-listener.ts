import { createServer, type ListenOptions as NetListenOptions, type Server, type ServerOpts } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Listener, ListenerOwner } from './listener.ts';

/** What the system takes, in milliseconds: whole seconds in 15 bits. */
const [SHORTEST_DELAY, LONGEST_DELAY] = [1_000, 32_767_000];

/** Accepting must come to an end also where more connections keep coming (TCP). More than a usual backlog. */
const MOST_TURNS = 1_024;

/** How a `net.Server` becomes a {@link Listener}. */
export interface NetListenerSetup {
  readonly target: NetListenOptions & { readonly fd?: number };
  /** Called in the same turn in which the socket was bound, before any connection can be accepted. */
  bound?(server: Server): void;
  /** The address as text. */
  address(server: Server): string;
  /** Called before the socket is closed: makes that nobody finds it any more. */
  unpublish?(): void;
}

/** Listens with a `net.Server`; rejects with the system's error. */
export async function openNetListener(setup: NetListenerSetup, owner: ListenerOwner): Promise<Listener> {
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true, ...probes(owner) }, (socket) => {
    accepted += 1;
    owner.accept(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    server.listen(setup.target);
    try {
      if (server.listening) setup.bound?.(server);
    } catch (error) {
      server.close();
      reject(error);
    }
  });
  // After this the server only fails to accept (EMFILE and the like); it goes on by itself.
  server.on('error', (error) => owner.onError(error));
  return {
    address: setup.address(server),
    close: async () => {
      setup.unpublish?.();
      await acceptWaiting(() => accepted);
      await new Promise<void>((resolve) => {
        // Its callback waits for all connections; ours are ended by the server that owns them.
        server.close();
        resolve();
      });
    },
  };
}

/** By which TCP finds web servers that have vanished without a FIN. */
function probes({ keepAliveDelay }: ListenerOwner): ServerOpts {
  if (keepAliveDelay === Number.POSITIVE_INFINITY) return {};
  const delay = Math.min(Math.max(keepAliveDelay, SHORTEST_DELAY), LONGEST_DELAY);
  return { keepAlive: true, keepAliveInitialDelay: delay };
}

/**
 * Waits until the connections that were already there have been accepted: closing the socket would reset them.
 * The event loop accepts one in a turn, and the first turn may be over already.
 */
async function acceptWaiting(accepted: () => number): Promise<void> {
  let idleTurns = 0;
  for (let turn = 0; turn < MOST_TURNS && idleTurns < 2; turn += 1) {
    const before = accepted();
    await nextTurn();
    idleTurns = accepted() === before ? idleTurns + 1 : 0;
  }
}
