import { errors } from '../errors.ts';
import { whenAborted } from '../when-aborted.ts';
import type { Listener, ListenerOwner, ListenOptions } from './listener.ts';
import { openListener } from './open-listener.ts';

/** Where a server listens, at one address or at several, until it closes. */
export class Listeners {
  readonly #forgetSignals = new Set<() => void>();
  readonly #open = new Set<Listener>();
  readonly #owner: ListenerOwner;
  #areClosed = false;

  constructor(owner: ListenerOwner) {
    this.#owner = owner;
  }

  /**
   * Listens on an address.
   *
   * @param signal whose abortion ends all of it
   * @param onAborted is called then
   * @returns the address as text, with the port that the system chose
   * @throws FcgiServerError where it cannot listen there, or the server has closed, also meanwhile
   * @throws the reason of the signal where that has been aborted, also meanwhile
   */
  async listen(
    address: string,
    options: ListenOptions,
    signal: AbortSignal | undefined,
    onAborted: () => void,
  ): Promise<string> {
    if (this.#areClosed) throw errors.FCGI_SERVER_CLOSED.listen();
    const forget = whenAborted(signal, onAborted);
    this.#forgetSignals.add(forget);
    try {
      signal?.throwIfAborted();
      return await this.#listen(address, options);
    } catch (error) {
      forget();
      this.#forgetSignals.delete(forget);
      throw signal?.aborted ? signal.reason : error;
    }
  }

  async #listen(address: string, options: ListenOptions): Promise<string> {
    const listener = await openListener(address, options, this.#owner);
    if (this.#areClosed) {
      await listener.close();
      throw errors.FCGI_SERVER_CLOSED.listen();
    }
    this.#open.add(listener);
    return listener.address;
  }

  /** Stops accepting; connections that wait are accepted before. */
  async close(): Promise<void> {
    this.#areClosed = true;
    for (const forget of this.#forgetSignals) forget();
    await Promise.all([...this.#open].map((listener) => listener.close()));
  }
}
