import { subscribe } from 'node:diagnostics_channel';
import type { Roles } from '../application/recognise.ts';
import type { Service } from '../serve-application.ts';
import type { Parent } from '../worker/parent.ts';
import { withPages } from './fcgi-pages.ts';
import type { Figures } from './figures.ts';
import { FiguresCollector } from './figures-collector.ts';
import type { Snapshot } from './snapshot.ts';
import type { StatusPaths } from './status-site.ts';

/** Milliseconds between two reports. */
const INTERVAL = 1000;

/** Milliseconds after the end of a request within which it is reported: what a worker has not reported when it is killed is lost. */
const SOON = 100;

/** Milliseconds after which a worker goes on without an answer of its parent. */
const PATIENCE = 5000;

/** What is served, as far as there are figures of it. */
type FiguresSource = Pick<Service, 'openUpgrades' | 'stats'>;

/** A worker's side of the status: tells its figures regularly, when it is asked and when it ends, and asks for those of all. */
export class WorkerStatus {
  readonly #collector = new FiguresCollector();
  readonly #paths: StatusPaths;
  readonly #parent: Parent;
  #asked: Promise<Snapshot> | undefined;
  #answer: ((snapshot: Snapshot) => void) | undefined;
  #soon: NodeJS.Timeout | undefined;
  #service: FiguresSource | undefined;

  constructor(paths: StatusPaths, parent: Parent) {
    this.#paths = paths;
    this.#parent = parent;
  }

  /** The handlers of the application, with the pages in front and figures of all requests. */
  around(roles: Roles): Roles {
    return this.#collector.watch(withPages(roles, { ...this.#paths, snapshot: () => this.#snapshot() }));
  }

  /** Begins to tell. */
  start(service: FiguresSource): void {
    this.#service = service;
    const report = () => {
      clearTimeout(this.#soon);
      this.#soon = undefined;
      this.#parent.tell({ fcgi: 'figures', figures: this.#figuresOf(service) });
    };
    report();
    setInterval(report, INTERVAL).unref();
    subscribe('fcgi:request:end', () => {
      this.#soon ??= setTimeout(report, SOON).unref();
    });
    // Whatever ends it: the application, or what it has thrown.
    process.once('exit', report);
    this.#parent.onMessage((message) => {
      if (message.fcgi === 'report') report();
      else if (message.fcgi === 'status') this.#answer?.(message.snapshot);
    });
  }

  /** Tells its figures for the last time; resolves when that is on its way. */
  async finish(): Promise<void> {
    if (this.#service === undefined) return;
    await this.#parent.tellLast({ fcgi: 'figures', figures: this.#figuresOf(this.#service) });
  }

  #figuresOf({ openUpgrades, stats }: FiguresSource): Figures {
    return this.#collector.figures(stats(), openUpgrades());
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
