import { Socket } from 'node:net';
import { posix, resolve } from 'node:path';
import { FcgiClientError, paramsFromRequest } from '@fcgi-js/client';
import { invalidRequest } from '../errors.ts';
import { http } from '../node-http.ts';
import { type Field, readHeaderLines } from './header-lines.ts';
import { toParamText } from './param-text.ts';

/** A request in the words of a command line, as curl has them. */
export interface RequestDescription {
  /** Length of the body in bytes; `undefined` for a request without one. */
  readonly bodyLength: number | undefined;
  /** The folder that relative paths of `root` and `script` are relative to. */
  readonly cwd: string;
  /** The file that a filter works on: its length in bytes, and when it was changed, in seconds since 1970. */
  readonly filterData?: { readonly length: number; readonly modified?: number } | undefined;
  /** Header fields: `Name: value` sets one, `Name:` leaves it out, `Name;` sends an empty value. */
  readonly header: readonly string[];
  /** GET, or with a body POST, if it is not given. */
  readonly method?: string | undefined;
  /** Params beside or instead of those that are made. */
  readonly param: ReadonlyArray<readonly [name: string, value: string]>;
  /** The prefix that the application is mounted at. */
  readonly prefix?: string;
  readonly role: 'authorizer' | 'filter' | 'responder';
  /** DOCUMENT_ROOT; the folder of `script` if it is not given. */
  readonly root?: string;
  /** A file that php-fpm runs. */
  readonly script?: string;
  /** Names of params that are left out. */
  readonly unset: readonly string[];
  /** A path, or a URL with scheme and host; the prefix if it is not given. */
  readonly url: string | undefined;
  /** What the field User-Agent says unless a header line sets it. */
  readonly userAgent: string;
}

/** A URL taken apart without changing a byte of its target. */
interface Target {
  readonly host: string;
  readonly https: boolean;
  readonly port: number | undefined;
  readonly target: string;
}

/** Not sent to an authorizer (FastCGI 1.0 §6.3). */
const NOT_FOR_AUTHORIZERS = ['CONTENT_LENGTH', 'PATH_INFO', 'PATH_TRANSLATED', 'SCRIPT_NAME'];

/**
 * Makes the params of a request as a web server makes them.
 *
 * @returns the params in their order; each character of a value is one byte
 * @throws InspectorError FCGI_REQUEST_INVALID where the description makes no sense, or no web server would send such a request
 */
export function requestParams(description: RequestDescription): Map<string, string> {
  const { bodyLength, filterData, header, param, role, unset, url, userAgent } = description;
  const prefix = description.prefix?.replace(/\/$/, '') ?? '';
  const target = readUrl(url ?? `${prefix}/`);
  const fields = readHeaderLines(header, target.host, userAgent);
  if (bodyLength !== undefined) addContent(fields, bodyLength);
  const params = paramsOf(description, target, fields, prefix);
  refuseLostFields(header, params);
  if (role === 'authorizer') for (const name of NOT_FOR_AUTHORIZERS) params.delete(name);
  if (filterData !== undefined) {
    params.set('FCGI_DATA_LENGTH', `${filterData.length}`);
    if (filterData.modified !== undefined) params.set('FCGI_DATA_LAST_MOD', `${filterData.modified}`);
  }
  for (const name of unset) params.delete(toParamText(name));
  for (const [name, value] of param) params.set(toParamText(name), toParamText(value));
  return params;
}

function readUrl(url: string): Target {
  if (/[\0-\x20]/.test(url))
    throw invalidRequest('A URL has no blanks and no control characters: write %20.');
  const match = /^(https?):\/\/([^/?#]+)([^#]*)/i.exec(url);
  if (match === null) {
    if (!url.startsWith('/') && url !== '*') {
      throw invalidRequest(
        `${JSON.stringify(url)} is no URL: it begins with a slash, or http:// and a host.`,
      );
    }
    return { host: 'localhost', https: false, port: undefined, target: toParamText(url.replace(/#.*/s, '')) };
  }
  const [, scheme = '', host = '', rest = ''] = match;
  const port = /:(\d+)$/.exec(host)?.[1];
  return {
    host: toParamText(host.replace(/^.*@/, '')),
    https: scheme.toLowerCase() === 'https',
    port: port === undefined ? undefined : Number(port),
    target: toParamText(rest.startsWith('/') ? rest : `/${rest}`),
  };
}

/** What curl says about a body where no header line does. */
function addContent(fields: Field[], length: number): void {
  const has = (wanted: string) => fields.some(([name]) => name.toLowerCase() === wanted);
  if (!has('content-type')) fields.push(['Content-Type', 'application/x-www-form-urlencoded']);
  if (!has('content-length')) fields.push(['Content-Length', `${length}`]);
}

function paramsOf(
  { bodyLength, cwd, method, root: folder, script }: RequestDescription,
  { https, port, target }: Target,
  fields: readonly Field[],
  prefix: string,
): Map<string, string> {
  const request = new http.IncomingMessage(new Socket());
  request.httpVersion = '1.1';
  request.method = method ?? (bodyLength === undefined ? 'GET' : 'POST');
  request.rawHeaders = fields.flat();
  request.url = target;
  const root = folder === undefined ? undefined : resolve(cwd, folder);
  const facts = { https, remoteAddress: '127.0.0.1', ...(port === undefined ? {} : { serverPort: port }) };
  try {
    if (script !== undefined) {
      const params = paramsFromRequest(request, facts);
      addScript(params, resolve(cwd, script), root, prefix);
      return params;
    }
    const documentRoot = root === undefined ? {} : { documentRoot: root };
    return paramsFromRequest(request, { ...facts, ...documentRoot, mount: prefix });
  } catch (error) {
    if (error instanceof FcgiClientError || error instanceof TypeError)
      throw invalidRequest(error.message, error);
    throw error;
  }
}

/** What nginx sets for a file of php-fpm: it is the script, and of the URL what follows its name is PATH_INFO. */
function addScript(
  params: Map<string, string>,
  file: string,
  root = posix.dirname(file),
  prefix: string,
): void {
  const below = posix.relative(root, file);
  if (below.startsWith('../')) throw invalidRequest(`The script ${file} is not below --root ${root}.`);
  const name = toParamText(`${prefix}/${below}`);
  const path = params.get('PATH_INFO') ?? '';
  const pathInfo = path.startsWith(`${name}/`) ? path.slice(name.length) : '';
  params.set('SCRIPT_FILENAME', toParamText(file));
  params.set('SCRIPT_NAME', name);
  params.set('DOCUMENT_ROOT', toParamText(root));
  params.set('DOCUMENT_URI', name + pathInfo);
  params.set('PATH_INFO', pathInfo);
  if (pathInfo !== '') params.set('PATH_TRANSLATED', toParamText(root) + pathInfo);
}

/** A web server passes on no field that could be mistaken for another or concerns its connection. */
function refuseLostFields(lines: readonly string[], params: ReadonlyMap<string, string>): void {
  for (const line of lines) {
    const name = /^([^:;]+)(?:;|:\s*\S)/.exec(line)?.[1]?.toUpperCase();
    if (name === undefined || name === 'CONTENT-TYPE' || name === 'CONTENT-LENGTH') continue;
    const param = `HTTP_${name.replaceAll('-', '_')}`;
    if (!params.has(param)) {
      throw invalidRequest(
        `Web servers do not pass ${name} on: it is about their own connection, dangerous, or could be mistaken for another field. -p ${param}=… sends it all the same.`,
      );
    }
  }
}
