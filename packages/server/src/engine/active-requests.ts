import type { RequestState } from './request-state.ts';

/**
 * The active requests of a connection by their IDs. Most web servers send one at a time: it needs no map, which would
 * be most of the memory of an idle connection.
 */
export class ActiveRequests<Owner> {
  #only: RequestState<Owner> | undefined;
  /** All of them, where they are or were more than one. */
  #all: Map<number, RequestState<Owner>> | undefined;

  /** How many there are. */
  get size(): number {
    if (this.#all !== undefined) return this.#all.size;
    return this.#only === undefined ? 0 : 1;
  }

  /** The request with an ID. */
  get(requestId: number): RequestState<Owner> | undefined {
    if (this.#all !== undefined) return this.#all.get(requestId);
    return this.#only?.requestId === requestId ? this.#only : undefined;
  }

  /** Adds a request, whose ID is free. */
  add(state: RequestState<Owner>): void {
    if (this.#all === undefined && this.#only !== undefined) {
      this.#all = new Map([[this.#only.requestId, this.#only]]);
      this.#only = undefined;
    }
    if (this.#all === undefined) this.#only = state;
    else this.#all.set(state.requestId, state);
  }

  /** Removes a request. */
  remove(state: RequestState<Owner>): void {
    if (this.#only === state) this.#only = undefined;
    else if (this.#all?.delete(state.requestId) && this.#all.size === 0) this.#all = undefined;
  }

  /** All of them, in the order in which they began; those that are added or removed meanwhile make no difference. */
  list(): RequestState<Owner>[] {
    if (this.#all !== undefined) return [...this.#all.values()];
    return this.#only === undefined ? [] : [this.#only];
  }
}
