import type { Roles } from '../application/recognise.ts';
import type { Service } from '../serve-application.ts';
import { withPages } from './fcgi-pages.ts';
import { FiguresCollector } from './figures-collector.ts';
import { ListenQueueWatch } from './listen-queue.ts';
import { PoolStatus } from './pool-status.ts';
import type { Snapshot } from './snapshot.ts';
import type { StatusPaths, StatusSite } from './status-site.ts';

/** The only process there is. */
const ID = 1;

/** The status of one process that serves without a parent: it answers for itself, as long as it can. */
export class AloneStatus {
  readonly #collector = new FiguresCollector();
  readonly #paths: StatusPaths;
  #snapshot: (() => Snapshot) | undefined;

  constructor(paths: StatusPaths) {
    this.#paths = paths;
  }

  /** The handlers of the application, with the pages in front and figures of all requests. */
  around(roles: Roles): Roles {
    return this.#collector.watch(withPages(roles, this.site));
  }

  /** The application is served. */
  start(name: string, { address, openUpgrades, stats }: Service, backlog: number | undefined): void {
    const listenQueue = new ListenQueueWatch(address, backlog);
    const status = new PoolStatus({ listenQueue, manager: 'single', name });
    status.spawned(ID, 1, process.pid);
    status.ready(ID);
    this.#snapshot = () => {
      status.told(ID, this.#collector.figures(stats(), openUpgrades()));
      return status.snapshot();
    };
  }

  /** The pages. */
  get site(): StatusSite {
    return {
      ...this.#paths,
      snapshot: () => {
        if (this.#snapshot === undefined) throw new Error('The application is not served yet.');
        return this.#snapshot();
      },
    };
  }
}
