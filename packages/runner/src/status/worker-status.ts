import type { ServerStats } from '@fcgi-js/server';
import type { Roles } from '../application/recognise.ts';
import type { Parent } from '../worker/parent.ts';
import { withPages } from './fcgi-pages.ts';
import { FiguresCollector } from './figures-collector.ts';
import type { Snapshot } from './snapshot.ts';
import type { StatusPaths } from './status-site.ts';

/** Milliseconds between two reports. */
const INTERVAL = 1000;

/** Milliseconds after which a worker goes on without an answer of its parent. */
const PATIENCE = 5000;

/** A worker's side of the status: tells its figures every second and when it is asked, and asks for those of all. */
export class WorkerStatus {
  readonly #collector = new FiguresCollector();
  readonly #paths: StatusPaths;
  readonly #parent: Parent;
  #asked: Promise<Snapshot> | undefined;
  #answer: ((snapshot: Snapshot) => void) | undefined;

  constructor(paths: StatusPaths, parent: Parent) {
    this.#paths = paths;
    this.#parent = parent;
  }

  /** The handlers of the application, with the pages in front and figures of all requests. */
  around(roles: Roles): Roles {
    return this.#collector.watch(withPages(roles, { ...this.#paths, snapshot: () => this.#snapshot() }));
  }

  /** Begins to tell. */
  start(stats: () => ServerStats): void {
    const report = () => this.#parent.tell({ fcgi: 'figures', figures: this.#collector.figures(stats()) });
    report();
    setInterval(report, INTERVAL).unref();
    this.#parent.onMessage((message) => {
      if (message.fcgi === 'report') report();
      else if (message.fcgi === 'status') this.#answer?.(message.snapshot);
    });
  }

  /** What the parent knows; one question for all who ask at once. */
  #snapshot(): Promise<Snapshot> {
    this.#asked ??= new Promise<Snapshot>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('The parent has not told its status.')), PATIENCE);
      this.#answer = (snapshot) => {
        clearTimeout(late);
        resolve(snapshot);
      };
      this.#parent.tell({ fcgi: 'status' });
    }).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }
}
