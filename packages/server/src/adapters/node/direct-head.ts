import type { ServerResponse } from 'node:http';
import { isFieldValue, isToken } from '../../cgi/field-syntax.ts';
import { ACCEL_BUFFERING_OFF, BODY_ELSEWHERE_FIELDS, CONNECTION_FIELDS } from '../../cgi/response-head.ts';
import type { ResponseHead } from '../../request/response-writer.ts';

/** What `ServerResponse` keeps about its head besides the fields, and what it makes; see `direct-response.ts`. */
export interface HeadParts {
  _contentLength: number | null;
  readonly _hasBody: boolean;
  readonly _removedTE: boolean;
  _header: string | null;
  _headerSent: boolean;
  _removedContLen: boolean;
}

/** Why it matters that a response has a field; `'node'`: because Node itself decides then. */
type Meaning = 'body-elsewhere' | 'buffering' | 'connection' | 'date' | 'length' | 'node' | 'type';

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...[...CONNECTION_FIELDS].map((name): [string, Meaning] => [name, 'connection']),
  ...[...BODY_ELSEWHERE_FIELDS].map((name): [string, Meaning] => [name, 'body-elsewhere']),
  ['content-disposition', 'node'],
  ['content-length', 'length'],
  ['content-type', 'type'],
  ['cookie', 'node'],
  ['date', 'date'],
  ['expect', 'node'],
  ['trailer', 'node'],
  ['transfer-encoding', 'node'],
  ['x-accel-buffering', 'buffering'],
]);

const DIGITS = /^\d+$/;
const EVENT_STREAM = /^text\/event-stream *(?:;|$)/i;

/**
 * Makes the head for a web server of the fields of a response, with what Node adds to them.
 *
 * @param fields those that were set (`areSet`: an entry has the name as it was written, and a value that was checked), or
 *   those that `writeHead()` was given
 * @param unbuffered whether event streams ask the web server not to hold them back
 * @returns `undefined` where Node has to make it, because its own rules decide
 */
export function makeDirectHead(
  response: ServerResponse & HeadParts,
  fields: Readonly<Record<string, unknown>> | null | undefined,
  areSet: boolean,
  unbuffered: boolean,
): ResponseHead | undefined {
  const head = new DirectHead(response, areSet);
  for (const key in fields) {
    if (areSet) {
      const [name, value] = fields[key] as [string, unknown];
      if (!head.add(name, key, value)) return undefined;
    } else if (Object.hasOwn(fields, key)) {
      if (!(isToken(key) && head.add(key, key.toLowerCase(), fields[key]))) return undefined;
    }
  }
  return head.finish(unbuffered);
}

/** The lines of a head, and what they say. */
class DirectHead {
  readonly #response: ServerResponse & HeadParts;
  /** Values were checked when they were set. */
  readonly #areChecked: boolean;
  #lines = '';
  #contentLength: number | undefined;
  #hasLength = false;
  #hasDate: boolean;
  #isBodyElsewhere = false;
  #isEventStream = false;
  #saysBuffering = false;

  constructor(response: ServerResponse & HeadParts, areChecked: boolean) {
    this.#response = response;
    this.#areChecked = areChecked;
    this.#hasDate = !response.sendDate;
  }

  /** @returns false where Node has to decide */
  add(name: string, lowerCase: string, value: unknown): boolean {
    const meaning = MEANINGS.get(lowerCase);
    // Most fields have none.
    if (meaning !== undefined) {
      if (meaning === 'connection') return this.#isValid(value);
      if (meaning === 'node' || (meaning === 'length' && typeof value === 'object')) return false;
      this.#note(meaning, value);
    }
    if (typeof value !== 'object') {
      this.#lines += `${name}: ${value}\r\n`;
      return this.#isValid(value);
    }
    if (!Array.isArray(value)) return false;
    for (const one of value) this.#lines += `${name}: ${one}\r\n`;
    return value.every((one) => this.#isValid(one));
  }

  finish(unbuffered: boolean): ResponseHead {
    const response = this.#response;
    const { _contentLength: known, _hasBody: hasBody, statusCode, statusMessage } = response;
    if (!this.#hasDate) this.#lines += dateLine();
    let framing = '';
    if (!this.#hasLength && hasBody) {
      if (!response._removedContLen && typeof known === 'number') {
        this.#contentLength = known;
        this.#lines += `Content-Length: ${known}\r\n`;
      } else if (!response._removedTE) {
        response.chunkedEncoding = true;
        framing = 'Transfer-Encoding: chunked\r\n';
      }
    }
    // For applications and loggers that look for it. Few do, and only then is it put together.
    response._header = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${this.#lines}${framing}\r\n`;
    response._headerSent = false;
    const isHeld = unbuffered && this.#isEventStream && !this.#saysBuffering;
    const status = statusMessage === '' ? statusCode : `${statusCode} ${statusMessage}`;
    return {
      contentLength: hasBody && !this.#isBodyElsewhere ? this.#contentLength : undefined,
      encoding: 'latin1',
      text: `${this.#lines}${isHeld ? ACCEL_BUFFERING_OFF : ''}Status: ${status}\r\n\r\n`,
    };
  }

  #note(meaning: Meaning, value: unknown): void {
    switch (meaning) {
      case 'body-elsewhere':
        this.#isBodyElsewhere = true;
        break;
      case 'buffering':
        this.#saysBuffering = true;
        break;
      case 'date':
        this.#hasDate = true;
        break;
      case 'length':
        this.#response._contentLength = Number(value);
        this.#response._removedContLen = false;
        this.#hasLength = true;
        if (DIGITS.test(String(value))) this.#contentLength = Number(value);
        break;
      case 'type':
        this.#isEventStream = EVENT_STREAM.test(String(value));
        break;
    }
  }

  #isValid(value: unknown): boolean {
    return this.#areChecked || isValid(value);
  }
}

function isValid(value: unknown): boolean {
  return value !== undefined && isFieldValue(String(value));
}

let dateSecond = -1;
let date = '';

function dateLine(): string {
  const now = Date.now();
  const second = Math.floor(now / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = `Date: ${new Date(now).toUTCString()}\r\n`;
  }
  return date;
}
