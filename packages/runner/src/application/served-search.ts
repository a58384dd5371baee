import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { ApplicationServers, PortChoice } from './application-servers.ts';
import type { CapturedServer } from './captured-server.ts';
import type { Notice } from './listen-interception.ts';
import { isOnPort, rankServers, sideSign } from './rank-servers.ts';
import type { Recognised } from './recognise.ts';
import { servedExport } from './served-export.ts';
import { hasSettled, type Patience, type StartLook, type StartWatch } from './start-watch.ts';
import type { StartedElsewhere } from './started-elsewhere.ts';

/** What a search needs to know. */
export interface SearchOptions {
  readonly choice: PortChoice;
  /** Of the application, absolute. */
  readonly file: string;
  readonly notice: Notice;
  /** Milliseconds that the application may take until it exports something or listens. */
  readonly timeout: number;
}

/** What is looked at while an application starts. */
interface Watched {
  readonly elsewhere: StartedElsewhere;
  readonly servers: ApplicationServers;
  readonly start: StartWatch;
}

/** The application is nothing that can be served. What it throws itself passes through as it is. */
export class NothingToServe extends Error {
  override readonly name = 'NothingToServe';
}

/** For a server that looks like the application: another one may follow in the same start. */
const SHORT: Patience = { longest: 3_000, quiet: 1_000, waitsForConnections: false };
/** For a module that may call `listen()` when its database is there, and for a server that others seem to follow. */
const LONG: Patience = { longest: 15_000, quiet: 5_000, waitsForConnections: true };
/** For a module that does not listen, as the operator says. */
const NONE: Patience = { longest: 0, quiet: 0, waitsForConnections: false };

/** Milliseconds between two looks at a start. */
const INTERVAL = 5;
/** Milliseconds that an export has to get ready when there is no time left. */
const READING = 1_000;
/** Milliseconds after which a wait for `listen()` is said. */
const SAID_AFTER = 1_000;

/** What a module exports, as far as that is known. */
type ExportState =
  | { readonly is: 'found'; readonly found: Recognised }
  | { readonly is: 'nothing' | 'reading' | 'unread' };

/** Waits until it is clear what is served: the server that listens for the application, or what its module exports. */
export class ServedSearch {
  #deadline: number;
  readonly #environmentPort = readPort(process.env['PORT']);
  #export: ExportState = { is: 'unread' };
  /** What the module or its export has thrown. */
  #failure: { readonly error: unknown } | undefined;
  /** The event loop has nothing more to do. */
  #isOver = false;
  #namespace: unknown;
  readonly #options: SearchOptions;
  #saysWait = true;
  readonly #servers: ApplicationServers;
  readonly #start: StartWatch;
  readonly #elsewhere: StartedElsewhere;
  #wake = () => {};

  constructor(options: SearchOptions, { elsewhere, servers, start }: Watched) {
    this.#options = options;
    this.#elsewhere = elsewhere;
    this.#servers = servers;
    this.#start = start;
    this.#deadline = performance.now() + options.timeout;
  }

  /**
   * @param module what is exported, once the module has been run to its end
   * @returns what is exported; undefined where a server has been chosen
   * @throws NothingToServe where there is neither, and what the application throws
   */
  async run(module: Promise<unknown>): Promise<Recognised | undefined> {
    module.then(
      (namespace) => {
        this.#namespace = namespace;
        this.#start.loaded();
      },
      (error: unknown) => this.#fail(error),
    );
    const over = () => {
      this.#isOver = true;
      this.#wake();
    };
    process.on('beforeExit', over);
    this.#servers.onChange = () => {
      this.#start.changed();
      this.#wake();
    };
    try {
      for (;;) {
        const found = this.#look();
        if (found !== 'not yet') return found;
        await this.#change();
      }
    } finally {
      process.off('beforeExit', over);
      this.#start.end();
      this.#servers.onChange = () => {};
    }
  }

  #look(): Recognised | undefined | 'not yet' {
    if (this.#failure !== undefined) throw this.#failure.error;
    const look = this.#start.look();
    const isLast = this.#isOver || performance.now() >= this.#deadline;
    const ranking = rankServers(this.#servers.listening, this.#environmentPort);
    if (ranking !== undefined) {
      const { best, reason } = ranking;
      const isNamed = this.#isNamed(best);
      if (!(isLast || isNamed || hasSettled(look, patienceFor(best, look)))) return 'not yet';
      if (!isNamed && sideSign(best) !== undefined) {
        const preferred = this.#lookBeside(best, look);
        if (preferred !== undefined) return preferred;
      }
      this.#servers.choose(best, reason);
      return undefined;
    }
    if (this.#export.is === 'found') return this.#export.found;
    if (this.#mayExport(look)) {
      if (isLast || hasSettled(look, this.#options.choice.port === 'none' ? NONE : LONG)) {
        this.#readExport();
        return 'not yet';
      }
      this.#sayWait(look);
    }
    if (isLast) throw new NothingToServe(this.#whyNothing(look));
    this.#sayElsewhere(look);
    return 'not yet';
  }

  /** Of servers that all look like ones beside an application: what the module exports is that application. */
  #lookBeside(best: CapturedServer, look: StartLook): Recognised | undefined | 'not yet' {
    if (this.#mayExport(look)) this.#readExport();
    if (this.#export.is === 'reading') return 'not yet';
    if (this.#export.is === 'found' && !isExported(best, this.#export.found)) {
      this.#servers.openAll();
      return this.#export.found;
    }
    const { choice, file } = this.#options;
    if (!this.#elsewhere.hasCluster) return undefined;
    throw new NothingToServe(
      `${file} forks workers of its own (cluster), whose servers are not served over FastCGI. In its first process it listens on ${best.wanted}, which ${sideSign(best)}: to serve that nonetheless, name its port, ${choice.flag} ${best.port ?? 'PORT'}.`,
    );
  }

  /** Waits until something has changed, or is to be looked at again. */
  async #change(): Promise<void> {
    // After a turn of its own the event loop says again that it has nothing more to do.
    if (this.#isOver) await nextTurn();
    this.#isOver = false;
    const done = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    // A server that listens keeps a process running, also while it is captured.
    const ref = this.#servers.listening.some(({ isUnreferenced }) => !isUnreferenced);
    await Promise.race([woken, delay(INTERVAL, undefined, { ref, signal: done.signal })]);
    done.abort();
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /** Whether the operator, or PORT, has named the port of a server. */
  #isNamed(best: CapturedServer): boolean {
    return isOnPort(best, this.#environmentPort) || typeof this.#options.choice.port === 'number';
  }

  #mayExport({ sinceLoaded }: StartLook): boolean {
    return (
      sinceLoaded !== undefined &&
      this.#export.is === 'unread' &&
      typeof this.#options.choice.port !== 'number'
    );
  }

  #readExport(): void {
    const { file, notice } = this.#options;
    this.#export = { is: 'reading' };
    this.#deadline = Math.max(this.#deadline, performance.now() + READING);
    servedExport(this.#namespace, file).then(
      (found) => {
        this.#export = found === undefined ? { is: 'nothing' } : { is: 'found', found };
        this.#wake();
      },
      (error: unknown) => {
        notice(`${file} has been run, but what it exports has failed to get ready.`);
        this.#fail(error);
      },
    );
  }

  #sayWait({ description, sinceLoaded = 0 }: StartLook): void {
    if (!this.#saysWait || sinceLoaded < SAID_AFTER || describeExports(this.#namespace) === undefined) return;
    this.#saysWait = false;
    const { choice, file, notice } = this.#options;
    notice(
      `${file} has not called listen(), but may be about to: it still has open ${description}. What it exports is served when nothing has changed for ${LONG.quiet / 1000} s. To serve that at once: ${choice.flag} none`,
    );
  }

  /** A server in another process or thread is none that could be waited for. */
  #sayElsewhere({ sinceLoaded = 0 }: StartLook): void {
    if (!this.#saysWait || sinceLoaded < SAID_AFTER || describeExports(this.#namespace) !== undefined) return;
    const hint = this.#elsewhere.hint(this.#options.file);
    if (hint === undefined) return;
    this.#saysWait = false;
    this.#options.notice(
      `${this.#options.file} has not called listen() so far, and exports nothing. ${hint}`,
    );
  }

  #whyNothing({ sinceLoaded }: StartLook): string {
    const { choice, file, timeout } = this.#options;
    const exported = describeExports(this.#namespace);
    const exports =
      sinceLoaded === undefined
        ? 'has not been run to its end'
        : exported === undefined
          ? 'exports nothing'
          : `exports ${exported}, none of which can be served`;
    const wanted =
      typeof choice.port === 'number' ? ` for port ${choice.port} (${choice.flag})` : ' on an http server';
    const how = this.#isOver
      ? `has come to its end without calling listen()${wanted}`
      : `has not called listen()${wanted} within ${timeout / 1000} s`;
    const [port] = this.#servers.openedPorts;
    if (typeof choice.port === 'number' && port !== undefined)
      return `${file} ${how}. It listens on port ${port}: name that one, ${choice.flag} ${port}.`;
    const hint = this.#elsewhere.hint(this.#options.file);
    if (hint !== undefined) return `${file} ${exports}, and ${how}. ${hint}`;
    return `${file} ${exports}, and ${how}. Export a listener (req, res), an application of Express, Koa, Fastify, Hono or another framework, { fetch }, or handlers of FastCGI requests; or call listen(). A function that makes an application is not called: export what it makes.`;
  }
}

function patienceFor(best: CapturedServer, { sinceLoaded }: StartLook): Patience {
  const { target } = best;
  const isFree = target.kind === 'port' && target.port === 0;
  return sideSign(best) !== undefined || isFree || sinceLoaded === undefined ? LONG : SHORT;
}

function isExported({ handlers, server }: CapturedServer, { exported }: Recognised): boolean {
  return exported !== undefined && (exported === server || handlers.includes(exported));
}

/** Names of what is exported; undefined for nothing. */
function describeExports(namespace: unknown): string | undefined {
  const exported = Object.entries(typeof namespace === 'object' && namespace !== null ? namespace : {});
  // CommonJS that exports nothing has an empty object all the same.
  const names = exported
    .filter(([, value]) => !isEmpty(value))
    .flatMap(([name, value]) => (name === 'default' && isPlain(value) ? Object.keys(value) : name));
  return names.length === 0 ? undefined : [...new Set(names)].join(', ');
}

function isEmpty(value: unknown): boolean {
  return isPlain(value) && Object.keys(value).length === 0;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function readPort(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
