import type { IncomingMessage } from 'node:http';
import { ANYTHING, BOOLEAN, checkOptions, integer, type OptionKinds, TEXT } from '@fcgi-js/protocol/options';
import { headerParams } from './params/header-params.ts';
import { decodeTarget, parseMount, type SplitPath } from './params/request-target.ts';

/** What {@link paramsFromRequest} cannot find in the request. */
export interface ParamsFromRequestOptions {
  /**
   * DOCUMENT_ROOT. SCRIPT_FILENAME is then made of it and SCRIPT_NAME, and PATH_TRANSLATED of it and PATH_INFO
   * (not where PATH_INFO has the segment `..`).
   */
  readonly documentRoot?: string | undefined;
  /**
   * Whether the request came over TLS.
   *
   * @defaultValue what the socket or the URL says
   */
  readonly https?: boolean | undefined;
  /**
   * The public prefix that the application is mounted at; becomes SCRIPT_NAME.
   *
   * @defaultValue '', the root
   */
  readonly mount?: string | undefined;
  /** Further params, or others instead of those that were made: they win. Each character is one byte. */
  readonly params?:
    | Iterable<readonly [name: string, value: string]>
    | Readonly<Record<string, string>>
    | undefined;
  /**
   * REMOTE_ADDR.
   *
   * @defaultValue what the socket says; '' for a fetch request
   */
  readonly remoteAddress?: string | undefined;
  /**
   * REMOTE_PORT.
   *
   * @defaultValue what the socket says; left out for a fetch request
   */
  readonly remotePort?: number | undefined;
  /** SCRIPT_FILENAME, for applications that run one file, such as php-fpm with a front controller. */
  readonly scriptFilename?: string | undefined;
  /**
   * SERVER_NAME.
   *
   * @defaultValue the host that the request names, if it is a valid one, otherwise the address of the socket
   */
  readonly serverName?: string | undefined;
  /**
   * SERVER_PORT.
   *
   * @defaultValue what the socket or the URL says
   */
  readonly serverPort?: number | undefined;
  /**
   * SERVER_SOFTWARE.
   *
   * @defaultValue 'fcgi-js'
   */
  readonly serverSoftware?: string | undefined;
}

const PORT = integer(0, 65_535, 'a port, 0 to 65,535');

/** The kind of each of {@link ParamsFromRequestOptions}. */
export const PARAMS_OPTIONS: OptionKinds<ParamsFromRequestOptions> = {
  documentRoot: TEXT,
  https: BOOLEAN,
  mount: TEXT,
  params: ANYTHING,
  remoteAddress: TEXT,
  remotePort: PORT,
  scriptFilename: TEXT,
  serverName: TEXT,
  serverPort: PORT,
  serverSoftware: TEXT,
};

/** What the two kinds of request have in common. */
export interface RequestFacts {
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
  readonly https: boolean;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly method: string;
  readonly protocol: string;
  readonly remoteAddress: string;
  readonly remotePort: number | undefined;
  readonly target: string;
}

/**
 * Makes the params of a FastCGI request from an HTTP request, by the rules of CGI/1.1 (RFC 3875 §4.1).
 *
 * REQUEST_URI and QUERY_STRING are what the HTTP client sent, byte for byte; PATH_INFO is decoded, each
 * character one byte. `req.originalUrl` counts where there is one, so this works below a mounted Express
 * router. CONTENT_LENGTH is there only where the request has it, and no Transfer-Encoding. REMOTE_USER and AUTH_TYPE are never set:
 * nothing has been authenticated.
 *
 * @param request of node:http, or of fetch (which has no client address: see the options)
 * @returns params to change and to send
 * @throws FcgiClientError `FCGI_PATH_OUTSIDE_MOUNT` where the path is not below `mount`, `FCGI_TARGET_INVALID` where
 *   the target is no path or has an encoded NUL
 * @throws FcgiOptionError where an option is not valid
 */
export function paramsFromRequest(
  request: IncomingMessage | Request,
  options: ParamsFromRequestOptions = {},
): Map<string, string> {
  checkOptions('paramsFromRequest()', options, PARAMS_OPTIONS);
  return paramsFromFacts(isFetchRequest(request) ? factsOfFetch(request) : factsOfNode(request), options);
}

/**
 * As {@link paramsFromRequest}, for a request that need not exist, such as one after a local redirect.
 *
 * @param script its names, where they are not made of the mount and the rest of the path
 */
export function paramsFromFacts(
  facts: RequestFacts,
  options: ParamsFromRequestOptions,
  script?: SplitPath,
): Map<string, string> {
  const target = decodeTarget(facts.target, parseMount(options.mount ?? ''));
  const split = script ?? target;
  const headers = headerParams(facts.fields);
  if (target.authority !== undefined) headers.set('HTTP_HOST', target.authority);
  const https = options.https ?? facts.https;
  const remotePort = options.remotePort ?? facts.remotePort;
  const params = new Map<string, string>([
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', options.serverSoftware ?? 'fcgi-js'],
    ['SERVER_PROTOCOL', facts.protocol],
    ['SERVER_NAME', options.serverName ?? hostName(headers.get('HTTP_HOST')) ?? facts.localAddress ?? ''],
    ['SERVER_PORT', `${options.serverPort ?? facts.localPort ?? (https ? 443 : 80)}`],
    ['REQUEST_METHOD', facts.method],
    ['REQUEST_SCHEME', https ? 'https' : 'http'],
    ['REQUEST_URI', target.uri],
    ['QUERY_STRING', target.query],
    ['SCRIPT_NAME', split.scriptName],
    ['PATH_INFO', split.pathInfo],
    ['REMOTE_ADDR', options.remoteAddress ?? facts.remoteAddress],
    // php-cgi refuses to work without it, and nginx and lighttpd send it.
    ['REDIRECT_STATUS', '200'],
  ]);
  if (https) params.set('HTTPS', 'on');
  if (remotePort !== undefined) params.set('REMOTE_PORT', `${remotePort}`);
  if (facts.localAddress !== undefined) params.set('SERVER_ADDR', facts.localAddress);
  addContent(params, facts.fields);
  addFiles(params, split, options);
  for (const [name, value] of headers) params.set(name, value);
  for (const [name, value] of toPairs(options.params)) params.set(name, value);
  return params;
}

function addContent(params: Map<string, string>, fields: RequestFacts['fields']): void {
  const values = (wanted: string) =>
    fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const lengths = values('content-length');
  const [type] = values('content-type');
  // Transfer-Encoding frames the body where it stands, and Content-Length does not (RFC 9112 §6.3).
  const isFramedByLength = values('transfer-encoding').length === 0;
  // Repeated, it is one list (RFC 9110 §5.3), which is no length: `FcgiClient` refuses it.
  if (isFramedByLength && lengths.length > 0) params.set('CONTENT_LENGTH', lengths.join(', '));
  if (type !== undefined) params.set('CONTENT_TYPE', type);
}

function addFiles(
  params: Map<string, string>,
  split: { readonly pathInfo: string; readonly scriptName: string },
  options: ParamsFromRequestOptions,
): void {
  const documentRoot = utf8(options.documentRoot);
  const file =
    utf8(options.scriptFilename) ??
    (documentRoot === undefined ? undefined : `${documentRoot}${split.scriptName}`);
  if (file !== undefined) params.set('SCRIPT_FILENAME', file);
  if (documentRoot === undefined) return;
  params.set('DOCUMENT_ROOT', documentRoot);
  // A file outside the document root must not be named, however an application uses it.
  if (split.pathInfo !== '' && !split.pathInfo.split(/[/\\]/).includes('..')) {
    params.set('PATH_TRANSLATED', `${documentRoot}${split.pathInfo}`);
  }
}

/** File names are UTF-8; in params each character stands for one byte. */
function utf8(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('latin1');
}

function toPairs(params: ParamsFromRequestOptions['params'] = []): Iterable<readonly [string, string]> {
  return Symbol.iterator in params ? (params as Iterable<readonly [string, string]>) : Object.entries(params);
}

/** The host without its port; undefined where it is none that could be a name or an address. */
export function hostName(host: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d*)?$/i.exec(host ?? '')?.[1];
}

function isFetchRequest(request: IncomingMessage | Request): request is Request {
  return !('rawHeaders' in request);
}

/** What a request of node:http says. */
export function factsOfNode(request: IncomingMessage): RequestFacts {
  const { httpVersion, method = 'GET', rawHeaders, socket } = request;
  const original = 'originalUrl' in request ? request.originalUrl : undefined;
  const fields: Array<readonly [string, string]> = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name === ':authority') {
      // In HTTP/2 it takes the place of Host (RFC 9113 §8.3.1).
      if (request.headers.host === undefined) fields.push(['Host', value]);
    } else if (!name.startsWith(':')) {
      fields.push([name, value]);
    }
  }
  return {
    fields,
    https: 'encrypted' in socket && socket.encrypted === true,
    localAddress: plainAddress(socket.localAddress),
    localPort: socket.localPort,
    method,
    protocol: `HTTP/${httpVersion}`,
    remoteAddress: plainAddress(socket.remoteAddress) ?? '',
    remotePort: socket.remotePort,
    target: typeof original === 'string' ? original : (request.url ?? '/'),
  };
}

/** What a request of fetch says. */
export function factsOfFetch(request: Request): RequestFacts {
  const url = new URL(request.url);
  const fields = [...request.headers];
  if (!request.headers.has('host')) fields.push(['host', url.host]);
  return {
    fields,
    https: url.protocol === 'https:',
    localAddress: undefined,
    localPort: url.port === '' ? undefined : Number(url.port),
    method: request.method,
    protocol: 'HTTP/1.1',
    remoteAddress: '',
    remotePort: undefined,
    target: url.pathname + url.search,
  };
}

/** An IPv4 address without the mapping that a socket for both versions puts around it. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
