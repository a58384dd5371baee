/** A host: workers that do one request at a time, and a queue that they share, first come, first served. */
export class Host {
  readonly #backlog: number;
  /** When requests that have been accepted end, in ascending order. */
  #ends: number[] = [];
  /** Of those, the ones that are over. */
  #over = 0;
  /** When each worker has done what it has been given. */
  #workers: number[];

  /**
   * @param workers how many
   * @param backlog requests that may wait for a worker
   */
  constructor(workers: number, backlog: number) {
    this.#backlog = backlog;
    this.#workers = Array.from({ length: workers }, () => 0);
  }

  /** Requests that are done, or wait. */
  activeAt(now: number): number {
    while (this.#over < this.#ends.length && (this.#ends[this.#over] ?? 0) <= now) this.#over += 1;
    if (this.#over > 1_000) {
      this.#ends = this.#ends.slice(this.#over);
      this.#over = 0;
    }
    return this.#ends.length - this.#over;
  }

  /**
   * Takes a request.
   *
   * @param seconds for which it keeps a worker busy
   * @returns when it ends; undefined where as many wait as may
   */
  accept(now: number, seconds: number): number | undefined {
    if (this.activeAt(now) >= this.#workers.length + this.#backlog) return undefined;
    const worker = this.#firstFree();
    const end = Math.max(now, this.#workers[worker] ?? 0) + seconds;
    this.#workers[worker] = end;
    let place = this.#ends.length;
    while (place > this.#over && (this.#ends[place - 1] ?? 0) > end) place -= 1;
    this.#ends.splice(place, 0, end);
    return end;
  }

  /** Loses all that it has. */
  clear(): void {
    this.#ends = [];
    this.#over = 0;
    this.#workers = this.#workers.map(() => 0);
  }

  #firstFree(): number {
    let first = 0;
    for (let worker = 1; worker < this.#workers.length; worker += 1) {
      if ((this.#workers[worker] ?? 0) < (this.#workers[first] ?? 0)) first = worker;
    }
    return first;
  }
}
