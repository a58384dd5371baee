import { isFieldValue, isToken } from '../cgi/field-syntax.ts';
import { formatResponseHead, type HeaderField, isBodyElsewhere, isBodyless } from '../cgi/response-head.ts';
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
  const fields = fieldsOf(headers);
  const length = isText ? Buffer.byteLength(body) : body.length;
  const bodyless = isBodyless(status, method);
  const announced = fields.find(([name]) => name.toLowerCase() === 'content-length');
  if (announced === undefined && !(bodyless && length === 0)) fields.push(['Content-Length', String(length)]);
  const isElsewhere = bodyless || fields.some(([name]) => isBodyElsewhere(name));
  const writer = new ResponseWriter(owner);
  writer.head({
    contentLength: announced === undefined || isElsewhere ? undefined : Number(announced[1]),
    encoding: 'latin1',
    text: formatResponseHead(status, http.STATUS_CODES[status] ?? '', fields),
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

function fieldsOf(headers: NonNullable<WholeResponse['headers']>): HeaderField[] {
  return Object.entries(headers).flatMap(([name, given]) => {
    if (!isToken(name)) throw invalid(`"${name}" is no name of a header field`);
    const values = Array.isArray(given) ? given : [given];
    return values.map((value): HeaderField => {
      const text = String(value);
      const isSendable = (typeof value === 'string' || typeof value === 'number') && isFieldValue(text);
      if (!isSendable || (name.toLowerCase() === 'content-length' && !/^\d+$/.test(text))) {
        throw invalid(
          `the value of ${name} cannot be sent: it must be text of bytes (U+0020 to U+00FF, no line ends)`,
        );
      }
      return [name, text];
    });
  });
}

function invalid(problem: string): FcgiServerError {
  return errors.FCGI_RESPONSE_HEAD_INVALID.respond(problem);
}
