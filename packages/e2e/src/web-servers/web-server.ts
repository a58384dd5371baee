import { join } from 'node:path';
import type {
  ListeningApplication,
  WebServerOptions as SiteOptions,
  StartedApplication,
} from '@fcgi-js/configs';

/** The configurations check which of both there is. */
type PlacedOptions = ListeningApplication & SiteOptions & StartedApplication;

/** A web server that runs for a test. */
export interface WebServer {
  /** Where it answers; loopback. */
  readonly url: URL;
  /** What it has written to its error log, and what it and the applications that it started have printed: two texts. */
  logs(): Promise<string[]>;
  /** Ends it and waits until it has gone; fails if it does not go when it is asked to. */
  stop(): Promise<void>;
}

/** The settings of every web server. */
export interface WebServerOptions {
  readonly application: Upstream;
  /** The application does not work, on purpose: the web server is up when it answers anything. Default false. */
  readonly broken?: boolean;
  /** Its scratch folder: configuration, logs, temporary files. */
  readonly folder: string;
  /** The prefix of all URLs of the application, default none. */
  readonly mount?: string;
  /** Further addresses of the application, if it is one that listens. Default none. */
  readonly others?: readonly string[];
  /** How many browsers may be connected at the same time. Default: what a test needs that does not say. */
  readonly connections?: number;
  /** Times after which it gives up, where they are not the usual ones. */
  readonly timeouts?: SiteOptions['timeouts'];
  /** Where the application takes WebSockets, default nowhere. */
  readonly upgrades?: ListeningUpstream;
}

/** How a web server reaches the application. */
export type Upstream =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** The web server starts this program with a listening socket as descriptor 0. */
  | { readonly kind: 'spawn'; readonly program: string; readonly arguments: readonly string[] };

/** The kinds of upstream that are there before the web server is. */
export type ListeningUpstream = Exclude<Upstream, { kind: 'spawn' }>;

/**
 * `unix:/path` or `tcp:HOST:PORT`, as the library's `listen` and most configurations have it.
 *
 * @param upstream where the application listens
 */
export function listenAddress(upstream: ListeningUpstream): string {
  return upstream.kind === 'unix' ? `unix:${upstream.path}` : `tcp:${upstream.host}:${upstream.port}`;
}

/**
 * The options of `@fcgi-js/configs` that all web servers of these tests have in common.
 *
 * @param options where the application is
 */
export function siteOptions(options: WebServerOptions): PlacedOptions {
  const { application, folder, mount = '', others = [], timeouts, upgrades } = options;
  const site: SiteOptions = {
    ...(application.kind === 'spawn'
      ? { app: { command: [application.program, ...application.arguments] } }
      : { listen: [listenAddress(application), ...others] }),
    mount: mount === '' ? '/' : mount,
    static: { prefix: '/static', folder: join(folder, 'static') },
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(upgrades === undefined ? {} : { upgradeSocket: listenAddress(upgrades) }),
  };
  return site as PlacedOptions;
}

/**
 * The options of `@fcgi-js/configs` for a web server that asks the application, as an authorizer, who may see what is
 * below `/protected`. Some of that are files of the web server.
 *
 * @param folder the scratch folder
 */
export function authorizerOptions(folder: string): Pick<SiteOptions, 'authorizer' | 'static'> {
  const files = join(folder, 'static');
  return {
    authorizer: '/protected',
    static: ['/static', '/protected/granted', '/protected/denied/403'].map((prefix) => ({
      prefix,
      folder: files,
    })),
  };
}

/**
 * For web servers that cannot start applications.
 *
 * @param upstream what the test asked for
 * @param product the web server's name
 * @throws Error if the application is to be started
 */
export function mustListen(upstream: Upstream, product: string): ListeningUpstream {
  if (upstream.kind === 'spawn') throw new Error(`${product} cannot start an application`);
  return upstream;
}
