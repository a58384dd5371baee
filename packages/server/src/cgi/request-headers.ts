import { isFieldValue, isToken } from './field-syntax.ts';
import { lengthOf, NO_LENGTH } from './meta-variables.ts';
import { PlacedNames } from './name-keys.ts';
import type { Params } from './params.ts';

/**
 * Fields that are not passed on. Of those about the connection, the web server's own connection to the browser
 * is meant (RFC 9110 §7.6.1), and it has already done what they ask. `Proxy` becomes HTTP_PROXY in CGI
 * programs ("httpoxy"); Content-Type and Content-Length have meta-variables of their own.
 */
const IGNORED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'keep-alive',
  'proxy',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Fields of which a request has one; where several come, the last one counts, as nginx intends. */
const SINGLE: ReadonlySet<string> = new Set([
  'authorization',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'max-forwards',
  'origin',
  'proxy-authorization',
  'referer',
  'user-agent',
]);

/**
 * Other fields whose value cannot be empty (RFC 9110), or that proxies set to something. A configuration that passes them
 * on by name sends them empty where the browser has not sent them (nginx: `HTTP_HOST $http_host`); an application would
 * take them for sent. Of all other fields an empty value may mean something: `Accept-Encoding:` asks for no encoding.
 */
const NEVER_EMPTY: ReadonlySet<string> = new Set([
  ...SINGLE,
  'content-encoding',
  'cookie',
  'date',
  'forwarded',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
  'x-real-ip',
]);
const FORWARDED = 'x-forwarded-';

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['PATCH', 'POST', 'PUT']);

/** Names of header fields by the names of their meta-variables. */
const names = new PlacedNames('HTTP_', fieldName);
const COLON = 0x3a;
const BLANK = 0x20;

/**
 * The header fields of a request out of its meta-variables (RFC 3875 §4.1.18), as names and values in turns,
 * like `rawHeaders` of `node:http`. Names are written as usual (`User-Agent`): CGI loses how they were written. What
 * Node's parser would refuse is left out: names that are not tokens, and control characters in values.
 */
export function rawHeaders(params: Params): string[] {
  const raw: string[] = [];
  const positions = new Positions();
  params.each(names, (name, value) => addField(raw, positions, name, value));
  const fields = raw.includes('') ? withoutAbsent(raw) : raw;
  addAuthorization(fields, params);
  addBodyFields(fields, params);
  return fields;
}

/**
 * The field Expect, where the web server has passed it on. Only Node listeners see it, as from Node's own server: it is no
 * business of a `Request`, and `fetch()` refuses to send it further.
 */
export function expectationOf(params: Params): string | undefined {
  const value = params.get('HTTP_EXPECT');
  return value !== undefined && value !== '' && isFieldValue(value) ? value : undefined;
}

/** Without the fields that came empty because the browser has not sent them. */
function withoutAbsent(raw: readonly string[]): string[] {
  const fields: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const isAbsent = raw[i + 1] === '' && (NEVER_EMPTY.has(name) || name.startsWith(FORWARDED));
    if (!isAbsent) fields.push(raw[i]!, raw[i + 1]!);
  }
  return fields;
}

function addField(raw: string[], positions: Positions, name: string, value: string): void {
  if (!isFieldValue(value)) return;
  const earlier = positions.find(raw, name);
  if (earlier !== -1) {
    if (SINGLE.has(name.toLowerCase())) {
      raw[earlier + 1] = value;
      return;
    }
    // Set twice by the web server's configuration rather than sent twice by the browser.
    if (raw[earlier + 1] === value) return;
  }
  raw.push(name, value);
}

/** Fields up to here are looked through, which is cheaper than a map for the few that browsers send. */
const SEARCHED_LENGTH = 2 * 64;

/** Where names stand in a list that only grows. */
class Positions {
  #beyond: Map<string, number> | undefined;
  #known = SEARCHED_LENGTH;

  /** @returns position of the first field of this name, or -1 */
  find(raw: readonly string[], name: string): number {
    const searched = Math.min(raw.length, SEARCHED_LENGTH);
    for (let i = 0; i < searched; i += 2) {
      if (raw[i] === name) return i;
    }
    for (; this.#known < raw.length; this.#known += 2) {
      this.#beyond ??= new Map();
      if (!this.#beyond.has(raw[this.#known]!)) this.#beyond.set(raw[this.#known]!, this.#known);
    }
    return this.#beyond?.get(name) ?? -1;
  }
}

/** How Apache names what `RewriteRule … [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]` sets, after one internal redirect and after two. */
const REDIRECTED = ['REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION'];

/** A browser cannot send these names: its fields have names that begin with HTTP_. */
function addAuthorization(raw: string[], params: Params): void {
  if (raw.includes('Authorization')) return;
  for (const name of REDIRECTED) {
    const value = params.get(name) ?? '';
    if (value === '' || !isFieldValue(value)) continue;
    raw.push('Authorization', value);
    return;
  }
}

/** Content-Type and Content-Length, or Transfer-Encoding where a body comes whose length is not known. */
function addBodyFields(raw: string[], params: Params): void {
  const type = params.get('CONTENT_TYPE');
  // nginx sends both empty where there is no body; body parsers must not see one then.
  if (type !== undefined && type !== '' && isFieldValue(type)) raw.push('Content-Type', type);
  const length = lengthOf(params, 'CONTENT_LENGTH');
  if (length === NO_LENGTH) {
    const isChunked =
      (params.get('HTTP_TRANSFER_ENCODING') ?? '') !== '' || params.get('CONTENT_LENGTH') === '-1';
    if (isChunked) raw.push('Transfer-Encoding', 'chunked');
  } else if (length > 0 || METHODS_WITH_BODY.has(params.get('REQUEST_METHOD') ?? '')) {
    // Several web servers send CONTENT_LENGTH=0 with every GET.
    raw.push('Content-Length', String(length));
  }
}

/** The name of a field, or '' where there is none to be passed on. */
function fieldName(variable: string): string {
  const words = withoutEnd(variable.slice('HTTP_'.length)).toLowerCase().split('_');
  const lowerCase = words.join('-');
  if (IGNORED.has(lowerCase) || !isToken(lowerCase)) return '';
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('-');
}

/** Cherokee leaves colons and blanks at the end of names. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name.charCodeAt(end - 1) === COLON || name.charCodeAt(end - 1) === BLANK)) end -= 1;
  return name.slice(0, end);
}
