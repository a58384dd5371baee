import { readFileSync } from 'node:fs';
import { isFcgiListenSocket } from './inherited.ts';

/** Names and values of the environment; each character is one byte. */
export type Variables = ReadonlyMap<string, string>;

/**
 * The variables that web servers make of a request: the meta-variables of RFC 3875 §4.1, what Apache, lighttpd, IIS and
 * others add to them, and what mod_ssl tells of the connection. What an administrator sets beside them (`SetEnv NODE_ENV
 * production`, SSL_CERT_FILE) is not among them.
 */
const OF_REQUEST = new RegExp(
  `^(?:${[
    'AUTH_(?:PASSWORD|TYPE|USER)',
    'CERT_\\w+',
    'CONTENT_(?:LENGTH|TRANSFER_ENCODING|TYPE)',
    'CONTEXT_(?:DOCUMENT_ROOT|PREFIX)',
    'DOCUMENT_(?:ROOT|URI)',
    'GATEWAY_INTERFACE',
    'HTTPS(?:_\\w+)?',
    'HTTP_.*',
    'H2_\\w+|HTTP2',
    'LOCAL_ADDR|LOGON_USER',
    'PATH_(?:INFO|TRANSLATED)',
    'QUERY_STRING(?:_UNESCAPED)?',
    'REDIRECT_.*',
    'REMOTE_(?:ADDR|HOST|IDENT|PASSWD|PORT|USER)',
    'REQUEST_(?:METHOD|SCHEME|URI)',
    'SCRIPT_(?:FILENAME|NAME|URI|URL)',
    'SERVER_(?:ADDR|ADMIN|NAME|PORT|PORT_SECURE|PROTOCOL|SIGNATURE|SOFTWARE)',
    'SSL_(?:CIPHER|CLIENT|COMPRESS|PROTOCOL|SECURE|SERVER|SESSION|SRP|TLS|VERSION)(?:_\\w+)?',
    'UNENCODED_URL|UNIQUE_ID',
  ].join('|')})$`,
);

/** What {@link takeCgiRequest} has taken. */
let taken: Variables | undefined;

/** Whether the process was started as a plain CGI program (RFC 3875 §4.1.4). */
export function isPlainCgi(environment: NodeJS.ProcessEnv): boolean {
  return environment['GATEWAY_INTERFACE'] !== undefined && environment['REQUEST_METHOD'] !== undefined;
}

/**
 * Moves the request of a plain CGI process out of `process.env`, for `listen('auto')` to serve. Otherwise what browsers
 * send stays where libraries and child processes look for settings: HTTP clients would take the header field `Proxy` for
 * the proxy to use (HTTP_PROXY), child processes would get cookies. `listen('auto')` does it itself; a program that loads
 * the application before that calls this first.
 *
 * @returns whether the process was started as a plain CGI program; otherwise nothing is changed
 */
export function takeCgiRequest(): boolean {
  if (taken !== undefined) return true;
  // mod_fcgid and others set these variables for programs that they start for FastCGI, too.
  if (!isPlainCgi(process.env) || isFcgiListenSocket()) return false;
  taken = environment();
  for (const name of Object.keys(process.env)) if (OF_REQUEST.test(name)) delete process.env[name];
  return true;
}

/** The environment that the process was started with, as {@link takeCgiRequest} has found it. */
export function cgiVariables(): Variables {
  return taken ?? new Map();
}

/** Node decodes the environment as UTF-8, which loses what is none. */
function environment(): Variables {
  if (process.platform !== 'linux') {
    const bytesOf = (text = '') => Buffer.from(text).toString('latin1');
    return new Map(Object.entries(process.env).map(([name, value]) => [bytesOf(name), bytesOf(value)]));
  }
  const variables = new Map<string, string>();
  for (const entry of readFileSync('/proc/self/environ', 'latin1').split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return variables;
}
