import type { TrialGateway } from '@fcgi-js/runner/process';
import { CommandFailure } from '../command-failure.ts';

/**
 * What takes the place of a gateway under a web server, which would wait for its time-out while the gateway waits for a person.
 *
 * @param starter what has started this process
 * @returns a gateway that does not open. @throws CommandFailure, always
 */
export function refusedGateway(starter: string): () => Promise<TrialGateway> {
  return async () => {
    throw new CommandFailure(
      `There is no socket to serve on (FCGI_LISTEN_SOCKET_MISSING): ${starter} has started this process, and descriptor 0 is no listening socket.\nIf a script starts it, let its last line be exec fcgi run APP, without & and without </dev/null. Otherwise name a socket: --listen unix:/run/app.sock\nThe application itself has been loaded. In a terminal, the same command opens an HTTP gateway for trying it.`,
    );
  };
}
