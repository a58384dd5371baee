import { readFileSync } from 'node:fs';
import { isFcgiListenSocket } from './inherited.ts';

/** Names and values of the environment; each character is one byte. */
export type Variables = ReadonlyMap<string, string>;

/**
 * The variables that web servers make of a request: the meta-variables of RFC 3875 §4.1, and what Apache, lighttpd, IIS and
 * others add to them. What an administrator sets beside them (`SetEnv NODE_ENV production`) is not among them.
 */
const OF_REQUEST: ReadonlySet<string> = new Set([
  ...[
    'AUTH_PASSWORD',
    'AUTH_TYPE',
    'AUTH_USER',
    'CONTENT_LENGTH',
    'CONTENT_TRANSFER_ENCODING',
    'CONTENT_TYPE',
  ],
  ...[
    'CONTEXT_DOCUMENT_ROOT',
    'CONTEXT_PREFIX',
    'DOCUMENT_ROOT',
    'DOCUMENT_URI',
    'GATEWAY_INTERFACE',
    'HTTP2',
    'HTTPS',
  ],
  ...['LOCAL_ADDR', 'LOGON_USER', 'PATH_INFO', 'PATH_TRANSLATED', 'QUERY_STRING', 'QUERY_STRING_UNESCAPED'],
  ...['REMOTE_ADDR', 'REMOTE_HOST', 'REMOTE_IDENT', 'REMOTE_PASSWD', 'REMOTE_PORT', 'REMOTE_USER'],
  ...[
    'REQUEST_METHOD',
    'REQUEST_SCHEME',
    'REQUEST_URI',
    'SCRIPT_FILENAME',
    'SCRIPT_NAME',
    'SCRIPT_URI',
    'SCRIPT_URL',
  ],
  ...['SERVER_ADDR', 'SERVER_ADMIN', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_PORT_SECURE', 'SERVER_PROTOCOL'],
  ...[
    'SERVER_SIGNATURE',
    'SERVER_SOFTWARE',
    'SSL_CIPHER',
    'SSL_PROTOCOL',
    'SSL_TLS_SNI',
    'UNENCODED_URL',
    'UNIQUE_ID',
  ],
]);

/** Header fields, copies that Apache makes of variables, and what mod_ssl and IIS tell of a connection and its certificates. */
const PREFIX_OF_REQUEST =
  /^(?:CERT_(?:COOKIE|FLAGS|ISSUER|SERIALNUMBER|SERVER|SUBJECT)|H2_|H2PUSH|HTTP_|HTTPS_(?:KEYSIZE|SERVER)|REDIRECT_|SSL_(?:CIPHER|CLIENT|COMPRESS|SECURE|SERVER|SESSION|SRP|VERSION)_)/;

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
  for (const name of Object.keys(process.env)) {
    if (OF_REQUEST.has(name) || PREFIX_OF_REQUEST.test(name)) delete process.env[name];
  }
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
