import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FcgiAddress } from '@fcgi-js/client';
import { Relay } from './relay.ts';
import { RequestLog, type TapPrinter } from './request-log.ts';
import type { TapFileWriter } from './tap-file-writer.ts';

/** What happens to what passes. */
export interface TapOptions {
  /** Called when a connection has broken off: its number, and why. */
  readonly onBroken: (connection: number, error: Error) => void;
  readonly printer: TapPrinter;
  /** Where the application listens. */
  readonly upstream: FcgiAddress;
}

/** A connection that passes through. */
interface Passage {
  readonly log: RequestLog;
  readonly over: Promise<void>;
  readonly relay: Relay;
}

/** Milliseconds between two looks for connections whose last request is over. */
const LOOK = 50;

/** Passes all connections of web servers on to an application, and shows what passes. */
export class Tap {
  readonly #options: TapOptions;
  readonly #passages = new Set<Passage>();
  #count = 0;
  /** Gets all bytes that pass from then on; `undefined` for none. */
  file: TapFileWriter | undefined;

  constructor(options: TapOptions) {
    this.#options = options;
  }

  /** Passes on a connection of a web server, which is paused and may be half-closed (`pauseOnConnect`, `allowHalfOpen`). */
  accept(webServer: Socket): void {
    const { onBroken, printer, upstream } = this.#options;
    this.#count += 1;
    const connection = this.#count;
    const log = new RequestLog(connection, printer);
    let isOver = () => {};
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const relay = new Relay(webServer, upstream, {
      passes: (direction, bytes) => {
        const time = now();
        this.file?.add({ connection, direction, time }, bytes);
        log.passes(direction, bytes, time);
      },
      over: (error) => {
        log.close(now());
        if (error !== undefined) onBroken(connection, error);
        this.#passages.delete(passage);
        isOver();
      },
    });
    const passage = { log, over, relay };
    this.#passages.add(passage);
  }

  /**
   * Ends all connections: those without a request at once, the others when their requests are over.
   *
   * @param grace milliseconds after which they are cut off
   */
  async end(grace: number): Promise<void> {
    const all = Promise.all([...this.#passages].map(({ over }) => over));
    const cutIdle = () => {
      for (const { log, relay } of this.#passages) if (log.active === 0) relay.destroy();
    };
    cutIdle();
    const looking = setInterval(cutIdle, LOOK);
    const giveUp = new AbortController();
    try {
      await Promise.race([all, delay(grace, undefined, { signal: giveUp.signal }).catch(() => {})]);
    } finally {
      giveUp.abort();
      clearInterval(looking);
    }
    for (const { relay } of this.#passages) relay.destroy();
    await all;
  }
}

/** Milliseconds since 1970, with fractions. */
function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000;
}
