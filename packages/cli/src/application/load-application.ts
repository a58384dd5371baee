import cluster from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binding } from './captured-server.ts';
import { ListenInterception, type Notice } from './listen-interception.ts';
import { loadModule } from './load-module.ts';
import { nodeListener, type Recognised, type Roles } from './recognise.ts';
import { servedExport } from './served-export.ts';

/** How an application is loaded. */
export interface LoadOptions {
  /** What it finds in `process.argv` after its own name. */
  readonly args: readonly string[];
  /** Its file, absolute. */
  readonly file: string;
  readonly notice: Notice;
  /** Milliseconds that it may take until it exports something or listens. */
  readonly timeout: number;
}

/** An application that is ready to be served. */
export interface Application {
  /** What it is, in words. */
  readonly kind: string;
  readonly roles: Roles;
  /** Tells the application where it is served; for its servers, that is when they listen. */
  bind(binding: Binding): void;
  /** Calls a function whose http servers are not the application's: they listen as Node does it. */
  aside<Result>(action: () => Result): Result;
}

/** The application is nothing that can be served. What it throws itself passes through as it is. */
export class NothingToServe extends Error {
  override readonly name = 'NothingToServe';
}

/** What clusters, which share a port, are told: there is no port. */
const FORKS =
  'The application forks workers of its own (cluster). They open their ports themselves and are not served over FastCGI: let it listen in one process, and use --workers of fcgi run.';

/**
 * Runs the file of an application until it listens, or has exported something that can be served.
 *
 * @throws NothingToServe where it does neither, and whatever it throws
 */
export async function loadApplication(options: LoadOptions): Promise<Application> {
  const interception = new ListenInterception(options.notice);
  interception.install();
  cluster.once('fork', () => options.notice(FORKS));
  const listened = interception.captured.then(({ listener, wanted }) =>
    nodeListener(`its server for ${wanted}`, listener),
  );
  const module = loadModule(options.file, options.args);
  const exported = module.then((namespace) =>
    interception.hasCaptured ? undefined : exportOf(namespace, options),
  );
  const done = new AbortController();
  try {
    // As soon as it listens, that counts, though its module may still wait for its `listening`.
    const found = await Promise.race([
      listened,
      exported.then((found) => found ?? new Promise<never>(() => {})),
      nothing(options, module, done.signal),
    ]);
    // Of what it throws after that, nobody here knows better what to do than Node.
    void module.catch((error: unknown) => {
      throw error;
    });
    if (found.listener !== undefined) interception.exported(found.listener);
    return {
      kind: found.kind,
      roles: found.roles,
      bind: (binding) => interception.bind(binding),
      aside: (action) => interception.pause(action),
    };
  } catch (error) {
    interception.restore();
    throw error;
  } finally {
    done.abort();
  }
}

async function exportOf(namespace: unknown, { file, notice }: LoadOptions): Promise<Recognised | undefined> {
  try {
    return await servedExport(namespace, file);
  } catch (error) {
    notice(
      `${file} has been run, but what it exports has failed to get ready. A function without parameters is called once, for the application that it makes; one that answers requests has the parameters (req, res) or (request).`,
    );
    throw error;
  }
}

/** Fails when nothing can come any more, or has not come in time. */
async function nothing(
  { file, timeout }: LoadOptions,
  module: Promise<unknown>,
  signal: AbortSignal,
): Promise<never> {
  let exports = 'has not been run to its end';
  void module.then(
    (namespace) => {
      exports = describeExports(namespace);
    },
    () => {},
  );
  const how = await Promise.race([
    delay(timeout, `has not called listen() on an http server within ${timeout / 1000} s`, {
      ref: false,
      signal,
    }),
    once(process, 'beforeExit', { signal }).then(
      () => 'has come to its end without calling listen() on an http server',
    ),
  ]);
  throw new NothingToServe(
    `${file} ${exports}, and ${how}. Export a listener (req, res), an application of Express, Koa, Fastify, Hono or another framework, { fetch }, or handlers of FastCGI requests; or call listen().`,
  );
}

function describeExports(namespace: unknown): string {
  const exported = Object.entries(typeof namespace === 'object' && namespace !== null ? namespace : {});
  // CommonJS that exports nothing has an empty object all the same.
  const names = exported.filter(([, value]) => !isEmpty(value)).map(([name]) => name);
  return names.length === 0 ? 'exports nothing' : `exports ${names.join(', ')}, none of which can be served`;
}

function isEmpty(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.keys(value).length === 0
  );
}
