import type { ResolvedAsk } from './ask.ts';

/** The browser's connection to the web server, as the params tell it. */
export interface BrowserConnection {
  readonly local: number;
  readonly remote: number;
}

/** Fields that a web server keeps to itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
]);

/** The params that nginx makes of a request, with its `fastcgi_params` as they are delivered. */
export function paramsOf(ask: ResolvedAsk, browser: BrowserConnection): Array<[name: string, value: string]> {
  const [path = '', ...query] = ask.path.split('?');
  const fields: Array<readonly [string, string]> = [['Host', `127.0.0.1:${browser.local}`], ...ask.headers];
  const params = new Map([
    ['QUERY_STRING', query.join('?')],
    ['REQUEST_METHOD', ask.method],
    // nginx sends both, and empty, where there is no body.
    ['CONTENT_TYPE', lastOf(fields, 'content-type')],
    ['CONTENT_LENGTH', ask.contentLength === undefined ? '' : String(ask.contentLength)],
    ['SCRIPT_NAME', path],
    ['REQUEST_URI', ask.path],
    ['DOCUMENT_URI', path],
    ['DOCUMENT_ROOT', '/usr/share/nginx/html'],
    ['SERVER_PROTOCOL', `HTTP/${ask.version}`],
    ['REQUEST_SCHEME', 'http'],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'nginx/1.22.1'],
    ['REMOTE_ADDR', '127.0.0.1'],
    ['REMOTE_PORT', String(browser.remote)],
    ['SERVER_ADDR', '127.0.0.1'],
    ['SERVER_PORT', String(browser.local)],
    ['SERVER_NAME', 'localhost'],
    ['REDIRECT_STATUS', '200'],
  ]);
  const pairs = [...params, ...fieldParams(fields)];
  if (ask.chunked) pairs.push(['HTTP_TRANSFER_ENCODING', 'chunked']);
  return [...pairs, ...Object.entries(ask.params)];
}

function lastOf(fields: ReadonlyArray<readonly [string, string]>, name: string): string {
  return fields.findLast(([own]) => own.toLowerCase() === name)?.[1] ?? '';
}

/** Repeated fields become one param, as nginx does it since 1.23. */
function fieldParams(fields: ReadonlyArray<readonly [string, string]>): Map<string, string> {
  const params = new Map<string, string>();
  for (const [name, value] of fields) {
    if (HOP_BY_HOP.has(name.toLowerCase())) continue;
    const variable = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
    const earlier = params.get(variable);
    const separator = variable === 'HTTP_COOKIE' ? '; ' : ', ';
    params.set(variable, earlier === undefined ? value : `${earlier}${separator}${value}`);
  }
  return params;
}
