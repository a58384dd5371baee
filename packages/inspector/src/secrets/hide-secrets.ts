import { isSecretLine, isSecretName } from './secret-names.ts';

/** The text that replaces a secret: its length, for example `(9 characters, hidden)`. */
export function hideSecret(secret: string): string {
  return `(${secret.length} characters, hidden)`;
}

/**
 * Replaces secrets in a text by their lengths: passwords in URLs, values of secret names ({@link isSecretName}) in query
 * strings, header fields, JSON, environments and command lines, and bearer tokens and JSON Web Tokens.
 *
 * It is a safeguard, not a guarantee: a secret that nothing around it marks as one stays. The time grows linearly with
 * the length of the text.
 */
export function hideSecretsIn(text: string): string {
  return hideTokens(hidePasswords(hideAssigned(text)));
}

/** Passwords in URLs: `scheme://user:password@host`. */
export function passwordsIn(text: string): string[] {
  return places(text).map(([from, to]) => text.slice(from, to));
}

type Place = readonly [from: number, to: number];

function replacePlaces(text: string, found: readonly Place[]): string {
  let shown = '';
  let position = 0;
  for (const [from, to] of found) {
    shown += text.slice(position, from) + hideSecret(text.slice(from, to));
    position = to;
  }
  return shown + text.slice(position);
}

function hidePasswords(text: string): string {
  return replacePlaces(text, places(text));
}

/** Where the passwords of URLs are. */
function places(text: string): Place[] {
  const found: Place[] = [];
  for (let start = text.indexOf('://'); start !== -1; ) {
    const next = text.indexOf('://', start + 3);
    const rest = text.slice(start + 3, next === -1 ? undefined : next);
    const url = rest.slice(0, endOf(rest, /[\s"'<>`]/));
    const place = passwordIn(url);
    if (place !== undefined) found.push([start + 3 + place[0], start + 3 + place[1]]);
    start = next;
  }
  return found;
}

/** @param url what follows `scheme://` */
function passwordIn(url: string): Place | undefined {
  const authority = url.slice(0, endOf(url, /[/?#]/));
  const colon = authority.indexOf(':');
  const port = /^:\d{0,5}$/.test(authority.slice(colon));
  const isHost = port || authority.startsWith('[');
  if (colon === -1 || (isHost && !authority.includes('@'))) return undefined;
  // A slash in a password should have been encoded.
  const end = authority.includes('@') ? authority.lastIndexOf('@') : url.lastIndexOf('@');
  return end > colon + 1 ? [colon + 1, end] : undefined;
}

function endOf(text: string, end: RegExp): number {
  const found = text.search(end);
  return found === -1 ? text.length : found;
}

/** Names are looked at no further than this. */
const NAME_LENGTH = 128;
const NAME_CHARACTER = /[\w.%+[\]$-]/;

function hideAssigned(text: string): string {
  const found: Place[] = [];
  const separators = /[=:]|%3d/gi;
  for (let match = separators.exec(text); match !== null; match = separators.exec(text)) {
    const [separator] = match;
    const name = nameBefore(text, match.index, separator.length > 1);
    if (name === '' || !isSecretAt(text, match.index, name)) continue;
    const place = valueAfter(text, match.index + separator.length, name, separator);
    if (place === undefined) continue;
    found.push(place);
    separators.lastIndex = place[1];
  }
  return replacePlaces(text, found);
}

function nameBefore(text: string, end: number, isEncoded: boolean): string {
  let last = end;
  while (last > 0 && end - last < 4 && /["'\\ \t]/.test(text[last - 1]!)) last -= 1;
  let first = last;
  const character = isEncoded ? /[\w.-]/ : NAME_CHARACTER;
  while (first > 0 && last - first < NAME_LENGTH && character.test(text[first - 1]!)) first -= 1;
  const name = text.slice(first, last);
  // `%3Ftoken%3D`: the name begins after the two digits.
  if (isEncoded) return text[first - 1] === '%' ? name.slice(2) : name;
  return decoded(name);
}

function decoded(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Words that also stand before a colon where nothing is secret: `Duplicate key: name`. */
const PLAIN_WORD = /^(?:auth|authentication|keys?|otp|pass|pin|session|sig|ticket)$/i;

/** The code of OAuth is one in a query, and elsewhere the code of an error. */
function isSecretAt(text: string, separator: number, name: string): boolean {
  const before = text[separator - name.length - 1] ?? '?';
  if (name === 'code') return text[separator] === '=' && /[?&]/.test(before);
  const isSentence = text[separator] === ':' && /[\w ]/.test(text[separator - 1] ?? '');
  return isSecretName(name) && !(isSentence && PLAIN_WORD.test(name));
}

const HIDDEN = /^\(\d{1,12} characters, hidden\)/;
const SCHEME = /^(?:Basic|Bearer|Digest|Negotiate|Token) {1,4}(?=\S)/i;

function valueAfter(text: string, start: number, name: string, separator: string): Place | undefined {
  if (separator.length > 1) return placeOf(text, start, endFrom(text, start, /%26|%23|[&\s"'<>]/gi));
  let from = start;
  while (from - start < 4 && /[ \t\\]/.test(text[from] ?? '')) from += 1;
  const quote = text[from] ?? '';
  if (/["'`]/.test(quote)) {
    // JSON in a string of JSON has a backslash before its quotes.
    const isNested = text[from - 1] === '\\';
    const end = isNested ? /\\"|"/g : quote === '"' ? /(?<!\\)"/g : /['`]/g;
    return placeOf(text, from + 1, endFrom(text, from + 1, end));
  }
  if (isSecretLine(name) && separator === ':') return placeOf(text, from, endFrom(text, from, /[\r\n]/g));
  if (isSecretLine(name)) return placeOf(text, from, endFrom(text, from, /[\r\n&]/g));
  const scheme = SCHEME.exec(text.slice(from, from + 16))?.[0] ?? '';
  return placeOf(text, from, endFrom(text, from + scheme.length, /[\s&;,"']/g));
}

function endFrom(text: string, start: number, end: RegExp): number {
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/** Nothing, and what is hidden already, need not be hidden. */
function placeOf(text: string, from: number, to: number): Place | undefined {
  return to > from && !HIDDEN.test(text.slice(from, from + 40)) ? [from, to] : undefined;
}

/** `--password word`, `Bearer word`, and what begins as every JSON Web Token does. */
function hideTokens(text: string): string {
  const found: Place[] = [];
  for (const { 0: word, index } of text.matchAll(/[\w-]+/g)) {
    const end = index + word.length;
    const blanks = / {0,4}/y;
    blanks.lastIndex = end;
    const from = end + (blanks.exec(text)?.[0].length ?? 0);
    if (from === end || from < (found.at(-1)?.[1] ?? 0) || !isAhead(word, text[from])) continue;
    const place = placeOf(text, from, endFrom(text, from, /[\s"',;]/g));
    if (place !== undefined) found.push(place);
  }
  return hideWebTokens(replacePlaces(text, found));
}

/** Whether a word says that the next one, which begins so, is a secret. */
function isAhead(word: string, next = '-'): boolean {
  return (word.startsWith('--') && next !== '-' && isSecretName(word.slice(2))) || /^bearer$/i.test(word);
}

function hideWebTokens(text: string): string {
  if (!text.includes('eyJ')) return text;
  return text.replace(/[\w.-]+/g, (word) => {
    const [header = '', claims = '', signature] = word.split('.', 3);
    const isToken = header.startsWith('eyJ') && header.length > 10 && claims.length > 7;
    return isToken && signature !== undefined ? hideSecret(word) : word;
  });
}
