import { connect, type Socket } from 'node:net';
import type { FcgiAddress } from '@fcgi-js/client';
import type { Direction } from '../finding.ts';

/** Who wants to know what passes. Nothing that it does holds anything up. */
export interface RelayWatcher {
  /** These bytes are about to be passed on; `undefined` for the end of the direction. */
  passes(direction: Direction, bytes: Uint8Array | undefined): void;
  /** Both sides have gone. `error` is why, where it was not their own wish. */
  over(error: Error | undefined): void;
}

/**
 * Passes bytes on between two sockets: in pieces as they come, no faster than the other side takes them, the end
 * of each direction on its own, and a reset as a reset.
 */
export class Relay {
  readonly #application: Socket;
  readonly #webServer: Socket;
  readonly #watcher: RelayWatcher;
  #open = 2;
  #error: Error | undefined;

  /** @param webServer as it was accepted, paused */
  constructor(webServer: Socket, upstream: FcgiAddress, watcher: RelayWatcher) {
    const target =
      upstream.kind === 'unix' ? { path: upstream.path } : { host: upstream.host, port: upstream.port };
    this.#webServer = webServer.setNoDelay(true);
    this.#application = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#watcher = watcher;
    this.#pass(this.#webServer, this.#application, 'to-application');
    this.#pass(this.#application, this.#webServer, 'from-application');
    this.#webServer.resume();
  }

  /** Cuts both sides off. */
  destroy(): void {
    this.#webServer.destroy();
    this.#application.destroy();
  }

  #pass(from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (bytes) => {
      this.#watcher.passes(direction, bytes);
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => {
      this.#watcher.passes(direction, undefined);
      to.end();
    });
    from.on('error', (error) => {
      this.#error ??= error;
    });
    from.on('close', (hadError) => {
      if (hadError) reset(to);
      else if (!from.readableEnded) to.destroySoon();
      this.#open -= 1;
      if (this.#open === 0) this.#watcher.over(this.#error);
    });
  }
}

/** TCP knows resets; a Unix socket is closed. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
