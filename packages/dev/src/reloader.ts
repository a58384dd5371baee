import { type Generation, type GenerationOptions, startGeneration } from './generation.ts';

/** Milliseconds after which a request tries again to start what could not be started: a database may be there now. */
const RETRY_AFTER = 2_000;

/** Sees to it that the application that requests go to is the one that was written last. */
export class Reloader {
  /** How often the sources have changed. */
  version = 0;
  readonly #options: GenerationOptions;
  readonly #onNews: (generation: Generation) => void;
  #latest: Promise<Generation>;
  #number = 0;
  #running: Generation | undefined;
  #isEnding = false;

  /** @param onNews told when the application is ready, could not be started, or has ended by itself */
  constructor(options: GenerationOptions, onNews: (generation: Generation) => void) {
    this.#options = options;
    this.#onNews = onNews;
    this.#latest = this.#start();
  }

  /** Whether the application of the latest version is ready, or has shown that it will not be. */
  get isSettled(): boolean {
    return (
      this.#running !== undefined && this.#running.state !== 'starting' && this.#running.state !== 'ended'
    );
  }

  /** The sources have changed. */
  reload(): void {
    this.version += 1;
    this.#replace();
  }

  /** The application for a request that is there now: the latest one, ready or failed. */
  async current(): Promise<Generation> {
    for (;;) {
      const latest = this.#latest;
      const generation = await latest;
      const { since, state } = generation;
      const isDue = state === 'failed' && performance.now() - since > RETRY_AFTER;
      // One that crashes again and again does so once for each request, and not all the time.
      if (latest === this.#latest && (state === 'crashed' || isDue)) this.#replace();
      else if (latest === this.#latest) return generation;
    }
  }

  /** Ends the application; resolves when it has gone. */
  async end(): Promise<void> {
    this.#isEnding = true;
    void this.#running?.end();
    const generation = await this.#latest;
    await generation.end();
  }

  /** Ends it at once. */
  kill(): void {
    this.#running?.kill();
  }

  /** The old one ends first: what it holds, a port or a database, the new one may need. */
  #replace(): void {
    void this.#running?.end();
    const before = this.#latest;
    const latest: Promise<Generation> = before.then(async (old) => {
      await old.end();
      // Several changes in a row: the last one starts it.
      return this.#latest === latest && !this.#isEnding ? this.#start() : old;
    });
    this.#latest = latest;
  }

  async #start(): Promise<Generation> {
    this.#number += 1;
    const generation = await startGeneration(this.#number, this.#options);
    this.#running = generation;
    if (this.#isEnding) void generation.end();
    await generation.settled;
    if (generation.state !== 'ended') this.#onNews(generation);
    void generation.gone.then(() => {
      if (generation.state === 'crashed') this.#onNews(generation);
    });
    return generation;
  }
}
