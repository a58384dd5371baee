import {
  ANYTHING,
  checkOptions,
  FcgiOptionError,
  functionSuchAs,
  OBJECT,
  type OptionKinds,
  oneOf,
} from '@fcgi-js/protocol/options';
import { CLOSE_OPTIONS, FcgiClient, type FcgiClientCloseOptions } from './client.ts';
import { AllowedHosts } from './gateway/allowed-hosts.ts';
import type { GatewaySettings } from './gateway/ask-application.ts';
import { Backends, type GatewayBalance } from './gateway/backends.ts';
import { FileRoots } from './gateway/file-roots.ts';
import type { GatewayExchange, GatewayRequest } from './gateway/gateway-exchange.ts';
import { DEFAULT_GATEWAY_LIMITS, type GatewayLimits } from './gateway/gateway-limits.ts';
import { type BeforeRequest, type GatewayListener, httpListener } from './gateway/http-listener.ts';
import { type GatewayAddress, type GatewayListenOptions, HttpServers } from './gateway/http-servers.ts';
import { type GatewayScriptOptions, namesScript, ScriptFinder } from './gateway/script-finder.ts';
import { serveFetch } from './gateway/serve-fetch.ts';
import { resolveLimits } from './limits.ts';
import { parseMount } from './params/request-target.ts';
import { PARAMS_OPTIONS, type ParamsFromRequestOptions } from './params-from-request.ts';

/** Options of {@link createGateway}. */
export interface GatewayOptions
  extends Omit<ParamsFromRequestOptions, 'params' | 'remoteAddress' | 'remotePort'> {
  /** Where the application listens, or several copies of it; see `parseAddress`. Either this or `client`. */
  readonly address?: string | readonly string[] | undefined;
  /**
   * The hosts that this gateway answers for: names such as `localhost`, or addresses such as `127.0.0.1` and `::1`,
   * without a port. A request that names another host, or none, is answered with 421, also in front of `before`:
   * pages of other sites can send requests to this machine under names of their own (DNS rebinding).
   *
   * @defaultValue all hosts
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * Which of several applications a request goes to: each in its turn, or the one with the fewest requests. One
   * that cannot be reached is left out for `unreachableTimeout`, and the request goes to the next one; a request
   * of which anything was sent is never sent to another.
   *
   * @defaultValue 'round-robin'
   */
  readonly balance?: GatewayBalance | undefined;
  /**
   * Sees every request of `listen` and `listener` first that is not refused, and answers it or calls `next`: a middleware
   * that serves static files, for example. An error for `next` is answered with 500.
   */
  readonly before?: BeforeRequest | undefined;
  /** The client to ask, or several, for options of their own. They are not closed with the gateway. */
  readonly client?: FcgiClient | readonly FcgiClient[] | undefined;
  /**
   * Whether the text of an error page says what happened: the address of the application, the error, what to
   * do. Nothing of what the application sent is ever shown. With `'local'`, only HTTP clients on this machine see it that
   * did not come through a proxy; which of `fetch` those are cannot be known.
   *
   * @defaultValue false: only the status, and what is wrong with the request itself
   */
  readonly explain?: boolean | 'local' | undefined;
  /**
   * Folders of which an application may have files sent in its place, by the prefix of their URLs: with
   * `{ '/files/': '/srv/files' }`, both `X-Accel-Redirect: /files/a.pdf` and `X-Sendfile: /srv/files/a.pdf` send
   * that file; both are percent-encoded. The head is the application's; ranges and conditions of the HTTP
   * client are kept to. Files outside the folders, also by way of `..`, encoded slashes and symbolic links, are
   * refused with 502.
   *
   * @defaultValue none: both fields are passed on
   */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** See the fields for the defaults. */
  readonly limits?: GatewayLimits | undefined;
  /**
   * Told of every request that failed, and of every answer that was not whole. Not of HTTP clients that left.
   * What it throws is ignored.
   *
   * @defaultValue exchanges are not reported
   */
  readonly onError?: ((error: unknown, request: GatewayRequest) => void) | undefined;
  /** Told of every request when it is over: an access log. What it throws goes to `onError`. */
  readonly onRequest?: ((exchange: GatewayExchange) => void) | undefined;
  /**
   * Gets what the application writes to STDERR. Text from outside: escape it with `escapeLogText`.
   *
   * @defaultValue it is dropped
   */
  readonly onStderr?: ((content: Uint8Array, request: GatewayRequest) => void) | undefined;
  /**
   * Asks for a script of its own for each path, as web servers do in front of php-fpm: one of the files of `documentRoot`, which
   * must be an absolute path on this machine. A path names a script (`/a.php/rest`), or a folder with an index, or else the index
   * of the root answers (WordPress, Laravel, Symfony). A folder without the slash at its end is redirected (308). Other files are not
   * sent: give those to `before` or a web server, which must not send
   * scripts: {@link Gateway.isScript} knows them.
   *
   * @defaultValue one application answers for all paths
   */
  readonly script?: GatewayScriptOptions | undefined;
  /** Further params, or others instead of those that were made, for every request or each one. */
  readonly params?:
    | ParamsFromRequestOptions['params']
    | ((request: GatewayRequest) => ParamsFromRequestOptions['params'])
    | undefined;
}

/** Where the application of a gateway is: at an address or several, or what a client or several ask. */
export type GatewayPlace =
  | { readonly address: string | readonly string[] }
  | { readonly client: FcgiClient | readonly FcgiClient[] };

const { remoteAddress: _, remotePort: __, ...PARAMS_OF_ALL } = PARAMS_OPTIONS;

const GATEWAY_OPTIONS: OptionKinds<GatewayOptions> = {
  ...PARAMS_OF_ALL,
  address: ANYTHING,
  allowedHosts: ANYTHING,
  balance: oneOf('round-robin', 'least-requests'),
  before: functionSuchAs("express.static('public')"),
  client: ANYTHING,
  explain: oneOf(true, false, 'local'),
  files: OBJECT,
  limits: OBJECT,
  onError: functionSuchAs('(error) => console.error(error)'),
  onRequest: functionSuchAs('({ status }) => console.log(status)'),
  onStderr: functionSuchAs('(content) => process.stderr.write(content)'),
  script: OBJECT,
};

/** An HTTP server in front of a FastCGI application. */
export interface Gateway {
  /**
   * Takes no further connections, waits for requests under way, and closes all: those that have not ended after `timeout`,
   * or when `signal` is aborted, are cut off.
   *
   * @throws FcgiOptionError where an option is not valid
   */
  close(options?: FcgiClientCloseOptions): Promise<void>;
  /** For servers and tests that speak fetch: serves one request. `request.signal` aborts it. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * Whether the path of a request names a script, such as `/a.php/rest` and `/a%2ephp`: by `split` of the option `script`,
   * however the path is encoded. Ask it before a request goes to something that sends files, which would send the text of the script:
   * `gateway.isScript(req.url) ? next() : serveStatic(req, res, next)`.
   *
   * @param target of the request, as sent: `req.url`
   */
  isScript(target: string): boolean;
  /**
   * Listens with an HTTP/1.1 server of its own.
   *
   * @throws FcgiOptionError where an option is not valid; the error of the system where it cannot listen; the reason of
   *   the signal where it is aborted before
   */
  listen(options: GatewayListenOptions): Promise<GatewayAddress>;
  /** As {@link close}, at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** For an HTTP server of yours, over HTTP/2 too, or a router such as Express: serves one request. */
  readonly listener: GatewayListener;
}

/**
 * Puts HTTP in front of a FastCGI application, whatever it is written in, as a web server does.
 *
 * Bodies are streamed both ways. An HTTP client that leaves aborts its request. Local redirects are followed
 * inside, fields about the connection are dropped. A failure is answered with 502, 503 or 504 and, with `explain`,
 * with what was tried and what to do. Requests go to this application only, whatever host
 * they name. WebSockets are refused with 501, and so are bodies with another Transfer-Encoding than `chunked`.
 *
 * @throws FcgiOptionError where an option is not valid
 */
export function createGateway(options: GatewayOptions & GatewayPlace): Gateway {
  checkOptions('createGateway()', options, GATEWAY_OPTIONS);
  const {
    address,
    allowedHosts,
    balance,
    before,
    client,
    explain = false,
    files,
    limits,
    onError,
    onRequest,
    onStderr,
    params,
    script,
    ...rest
  } = options;
  if ((address === undefined) === (client === undefined) || toList(address ?? client).length === 0) {
    throw new FcgiOptionError(
      "createGateway() needs either an address, such as 'unix:/run/app.sock', or a client, or several of one kind.",
    );
  }
  parseMount(rest.mount ?? '');
  if (script !== undefined && rest.scriptFilename !== undefined) {
    throw new FcgiOptionError('createGateway(): "script" and "scriptFilename" exclude each other.');
  }
  const resolved = resolveLimits(DEFAULT_GATEWAY_LIMITS, limits);
  const roots = new FileRoots(files ?? {});
  const own = toList(address).map((one) => new FcgiClient({ address: one }));
  const report: GatewaySettings['onError'] = (error, request) => {
    try {
      onError?.(error, request);
    } catch {
      // An error of a callback has nowhere to go; the HTTP client still gets its answer.
    }
  };
  const settings: GatewaySettings = {
    backends: new Backends(
      [...own, ...toList(client)],
      balance ?? 'round-robin',
      resolved.unreachableTimeout,
    ),
    explain,
    files: roots,
    hosts: new AllowedHosts(allowedHosts),
    limits: resolved,
    onError: report,
    onRequest: (exchange) => {
      try {
        onRequest?.(exchange);
      } catch (error) {
        report(error, exchange.request);
      }
    },
    onStderr,
    scripts: script && new ScriptFinder(rest.documentRoot, rest.mount ?? '', script),
    paramsOptions: (request) => {
      const further = typeof params === 'function' ? params(request) : params;
      return further === undefined ? rest : { ...rest, params: further };
    },
  };
  const listener = httpListener(before, settings);
  const servers = new HttpServers(listener, resolved.connections);
  const close = async (closing: FcgiClientCloseOptions = {}) => {
    checkOptions('close()', closing, CLOSE_OPTIONS);
    const { signal, timeout = 10_000 } = closing;
    await servers.close(timeout, signal);
    await Promise.all(own.map((one) => one.close({ signal, timeout })));
  };
  return {
    [Symbol.asyncDispose]: () => close(),
    close,
    fetch: (request) => serveFetch(request, settings),
    listener,
    isScript: (target) => namesScript(target, script),
    listen: (where) => servers.listen(where, close),
  };
}

function toList<T>(one: T | readonly T[] | undefined): readonly T[] {
  if (one === undefined) return [];
  return Array.isArray(one) ? one : [one as T];
}
