import { Socket } from 'node:net';
import { posix, resolve } from 'node:path';
import { FcgiClientError, paramsFromRequest } from '@fcgi-js/client';
import type { Io } from '@fcgi-js/runner/command';
import { usageFailure } from '../command-failure.ts';
import { http } from '../node-http.ts';
import { toParamText } from '../param-text.ts';
import type { Body } from './body.ts';
import { type Field, readHeaderLines } from './header-lines.ts';
import type { RequestOptions } from './options.ts';

/** The body of the request and, for a filter, the file. */
export interface Bodies {
  readonly data: Body | undefined;
  readonly stdin: Body | undefined;
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
 * Makes the params of the request.
 *
 * @throws CommandFailure where the options contradict each other
 */
export function makeParams(
  io: Io,
  url: string | undefined,
  options: RequestOptions,
  { data, stdin }: Bodies,
): Map<string, string> {
  const prefix = options.prefix?.replace(/\/$/, '') ?? '';
  const target = readUrl(url ?? `${prefix}/`);
  const fields = readHeaderLines(options.header, target.host);
  if (stdin !== undefined) addContent(fields, stdin);
  const params = paramsOf(io, target, fields, prefix, options);
  refuseLostFields(options.header, params);
  if (options.role === 'authorizer') for (const name of NOT_FOR_AUTHORIZERS) params.delete(name);
  if (data !== undefined) {
    params.set('FCGI_DATA_LENGTH', `${data.length}`);
    if (data.modified !== undefined) params.set('FCGI_DATA_LAST_MOD', `${data.modified}`);
  }
  for (const name of options.unset) params.delete(toParamText(name));
  for (const [name, value] of options.param) params.set(toParamText(name), toParamText(value));
  return params;
}

function readUrl(url: string): Target {
  if (/[\0-\x20]/.test(url)) throw usageFailure('A URL has no blanks and no control characters: write %20.');
  const match = /^(https?):\/\/([^/?#]+)([^#]*)/i.exec(url);
  if (match === null) {
    if (!url.startsWith('/') && url !== '*') {
      throw usageFailure(`${JSON.stringify(url)} is no URL: it begins with a slash, or http:// and a host.`);
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

/** What curl says about a body unless it is told otherwise. */
function addContent(fields: Field[], { length }: Body): void {
  const has = (wanted: string) => fields.some(([name]) => name.toLowerCase() === wanted);
  if (!has('content-type')) fields.push(['Content-Type', 'application/x-www-form-urlencoded']);
  if (!has('content-length')) fields.push(['Content-Length', `${length}`]);
}

function paramsOf(
  io: Io,
  { https, port, target }: Target,
  fields: readonly Field[],
  prefix: string,
  options: RequestOptions,
): Map<string, string> {
  const request = new http.IncomingMessage(new Socket());
  request.httpVersion = '1.1';
  request.method = options.method ?? (options.head ? 'HEAD' : options.data.length > 0 ? 'POST' : 'GET');
  request.rawHeaders = fields.flat();
  request.url = target;
  const root = options.root === undefined ? undefined : resolve(io.cwd, options.root);
  const facts = { https, remoteAddress: '127.0.0.1', ...(port === undefined ? {} : { serverPort: port }) };
  try {
    if (options.script !== undefined) {
      const params = paramsFromRequest(request, facts);
      addScript(params, resolve(io.cwd, options.script), root, prefix);
      return params;
    }
    const documentRoot = root === undefined ? {} : { documentRoot: root };
    return paramsFromRequest(request, { ...facts, ...documentRoot, mount: prefix });
  } catch (error) {
    if (error instanceof FcgiClientError || error instanceof TypeError) throw usageFailure(error.message);
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
  if (below.startsWith('../')) throw usageFailure(`The script ${file} is not below --root ${root}.`);
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
      throw usageFailure(
        `Web servers do not pass ${name} on: it is about their own connection, dangerous, or could be mistaken for another field. -p ${param}=… sends it all the same.`,
      );
    }
  }
}
