import { once } from 'node:events';
import { createServer, type ListenOptions as NetListenOptions, type Server, type ServerOpts } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Listener, ListenerOwner } from './listener.ts';

/** What the system takes, in milliseconds: whole seconds in 15 bits. */
const [SHORTEST_DELAY, LONGEST_DELAY] = [1_000, 32_767_000];

/** Accepting must come to an end also where more connections keep coming (TCP). More than a usual backlog. */
const MOST_TURNS = 1_024;

/** Where a `net.Server` listens. */
export interface Listening {
  /** The address as text. */
  readonly address: string;
  /** Called before the socket is closed: makes that no new connection finds it. */
  unpublish?(): void;
}

/** Makes a server listen; rejects with the system's error. */
export async function startListening(
  server: Server,
  target: NetListenOptions & { readonly fd?: number },
): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(target);
  await listening;
}

/**
 * Listens with a `net.Server`.
 *
 * @param listen makes it listen, see {@link startListening}; what it rejects with passes through
 */
export async function openNetListener(
  listen: (server: Server) => Promise<Listening>,
  owner: ListenerOwner,
): Promise<Listener> {
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true, ...probes(owner) }, (socket) => {
    accepted += 1;
    owner.accept(socket);
  });
  const { address, unpublish } = await listen(server);
  // After this the server only fails to accept (EMFILE and the like); it goes on by itself.
  server.on('error', (error) => owner.onError(error));
  return {
    address,
    close: async () => {
      unpublish?.();
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
