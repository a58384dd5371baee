import { isFieldValue, isToken } from '../cgi/field-syntax.ts';
import {
  isBodyElsewhere,
  isBodyless,
  isConnectionField,
  statusLine,
  streamingField,
} from '../cgi/response-head.ts';
import { errors, type FcgiServerError } from '../errors.ts';
import { http } from '../node-http.ts';
import { type ResponseOwner, ResponseWriter } from './response-writer.ts';

/** A response that is there as a whole, as `FcgiRequest.respond()` takes it. */
export interface WholeResponse {
  /**
   * Text, which is sent as UTF-8, or bytes.
   *
   * @defaultValue empty
   */
  readonly body?: string | Uint8Array;
  /**
   * Header fields; several values make as many fields. Each character is one byte (Latin-1). Content-Length is added where it
   * is not among them.
   */
  readonly headers?: Readonly<Record<string, number | string | readonly string[]>>;
  /**
   * HTTP status, 200 to 999.
   *
   * @defaultValue 200
   */
  readonly status?: number;
}

/**
 * Writes a response that is there as a whole.
 *
 * @throws FcgiServerError where its status or a field cannot be sent, or its body is shorter than the Content-Length among them
 */
export function writeWhole(owner: ResponseOwner, method: string, response: WholeResponse): void {
  const { body = '', headers = {}, status = 200 } = response;
  if (!(Number.isInteger(status) && status >= 200 && status <= 999)) {
    throw invalid(`${status} is no status from 200 to 999`);
  }
  const isText = typeof body === 'string';
  if (!(isText || body instanceof Uint8Array))
    throw invalid('its body is neither text nor bytes (Uint8Array)');
  const length = isText ? Buffer.byteLength(body) : body.length;
  const bodyless = isBodyless(status, method);
  const { announced, bodyElsewhere, lines } = linesOf(headers);
  const ownLength =
    announced === undefined && !(bodyless && length === 0) ? `Content-Length: ${length}\r\n` : '';
  const isElsewhere = bodyless || bodyElsewhere;
  const writer = new ResponseWriter(owner);
  writer.head({
    contentLength: announced === undefined || announced === length || isElsewhere ? undefined : announced,
    encoding: 'latin1',
    text: `${lines}${ownLength}${statusLine(status, http.STATUS_CODES[status] ?? '')}\r\n`,
  });
  // As many bytes as characters: each of them is one.
  if (!bodyless) writer.body(body, length === body.length ? 'latin1' : 'utf8');
  const { fault } = writer;
  if (fault !== undefined) throw fault;
}

/** Writes the answer to a request that the application does not answer, with a status code and a reason phrase. */
export function writeInstead(owner: ResponseOwner, method: string, status: string): void {
  const writer = new ResponseWriter(owner);
  const text = `Content-Type: text/plain; charset=utf-8\r\nStatus: ${status}\r\n\r\n`;
  writer.head({ contentLength: undefined, encoding: 'latin1', text });
  if (method !== 'HEAD') writer.body(`${status}\n`, 'latin1');
}

/** The fields of a head, and what they say of the body. */
interface HeadLines {
  /** Content-Length. */
  readonly announced: number | undefined;
  /** Whether the web server makes the body. */
  readonly bodyElsewhere: boolean;
  /** Each with its line end. */
  readonly lines: string;
}

function linesOf(headers: NonNullable<WholeResponse['headers']>): HeadLines {
  let announced: number | undefined;
  let bodyElsewhere = false;
  let isEventStream = false;
  let lines = '';
  for (const name of Object.keys(headers)) {
    const kind = kindOf(name);
    const given = headers[name]!;
    const list = Array.isArray(given) ? given : undefined;
    for (let i = 0; i < (list?.length ?? 1); i += 1) {
      const value = textOf(name, kind, list === undefined ? given : list[i]);
      if (kind === 'connection') continue;
      lines += `${name}: ${value}\r\n`;
      if (kind === 'length') announced ??= Number(value);
      else if (kind === 'elsewhere') bodyElsewhere = true;
      else if (kind === 'type') isEventStream ||= value.includes('text/event-stream');
    }
  }
  if (isEventStream) lines += streamingField(lines);
  return { announced, bodyElsewhere, lines };
}

/** What a field is to the head that it stands in. */
type FieldKind = 'connection' | 'elsewhere' | 'length' | 'other' | 'type';

/** Those that were asked for: an application has few names. */
const kinds = new Map<string, FieldKind>();
const MOST_KINDS = 256;

/** @throws FcgiServerError where the name is none of a header field */
function kindOf(name: string): FieldKind {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  if (!isToken(name)) throw invalid(`"${name}" is no name of a header field`);
  const kind = kindOfNew(name.toLowerCase());
  if (kinds.size < MOST_KINDS) kinds.set(name, kind);
  return kind;
}

function kindOfNew(name: string): FieldKind {
  if (name === 'content-length') return 'length';
  if (name === 'content-type') return 'type';
  if (isConnectionField(name)) return 'connection';
  return isBodyElsewhere(name) ? 'elsewhere' : 'other';
}

/** @throws FcgiServerError where the value cannot be sent */
function textOf(name: string, kind: FieldKind, value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  const isSendable = typeof value === 'number' || (typeof value === 'string' && isFieldValue(text));
  if (!isSendable || (kind === 'length' && !/^\d+$/.test(text))) {
    throw invalid(
      `the value of ${name} cannot be sent: it must be text of bytes (U+0020 to U+00FF, no line ends)`,
    );
  }
  return text;
}

function invalid(problem: string): FcgiServerError {
  return errors.FCGI_RESPONSE_HEAD_INVALID.respond(problem);
}
