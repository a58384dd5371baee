import { FcgiClientError } from './errors.ts';

/**
 * A header field: its name as the application wrote it, and its value. Every character is one byte (Latin-1). `new Headers()` takes
 * a list of them.
 */
export type HeaderField = [name: string, value: string];

/**
 * What the application answered with (RFC 3875 §6.2). A `'local-redirect'` asks the web server to answer with
 * another path of its own; a `'client-redirect'` sends the HTTP client elsewhere, with or without a document.
 */
export type CgiResponseKind = 'client-redirect' | 'document' | 'local-redirect';

/** The head of a CGI response. */
export interface CgiResponseHead {
  /** The value of Content-Length, or `undefined` where there is none. */
  readonly contentLength: number | undefined;
  /** All fields but Status, in the order they came; repeated ones, such as Set-Cookie, stay apart. */
  readonly headers: HeaderField[];
  readonly kind: CgiResponseKind;
  /** The value of Location, or `undefined` where there is none. */
  readonly location: string | undefined;
  /** The reason phrase as the application wrote it; may be ''. */
  readonly reason: string;
  /** 100 to 999. Without a Status field it is 302 where there is a Location, otherwise 200. */
  readonly status: number;
}

const STATUS = /^([1-9]\d\d)(?: (.*))?$/;

/** RFC 3875 §6.3: these may stand in a head once; Content-Length joins them, because it frames the body. */
const SINGLE_FIELDS = new Set(['content-length', 'content-type', 'location', 'status']);

/**
 * Finds out what the fields of a CGI response mean (RFC 3875 §6.2 and §6.3).
 *
 * @param fields all of them, Status included
 * @throws FcgiClientError where Status or Content-Length has no valid value, or a CGI field stands there twice
 *   with different values
 */
export function interpretHead(fields: readonly HeaderField[]): CgiResponseHead {
  const single = new Map<string, string>();
  const headers: HeaderField[] = [];
  for (const field of fields) {
    const name = field[0].toLowerCase();
    if (SINGLE_FIELDS.has(name)) {
      const earlier = single.get(name);
      if (earlier === field[1]) continue;
      if (earlier !== undefined) {
        throw new FcgiClientError(
          'FCGI_HEAD_FIELD_DUPLICATE',
          `A response has one ${field[0]} (RFC 3875 §6.3), but this one has two with different values.`,
        );
      }
      single.set(name, field[1]);
    }
    if (name !== 'status') headers.push(field);
  }
  const location = single.get('location');
  const given = single.get('status');
  const isLocal = given === undefined && headers.length === 1 && isLocalPath(location);
  const [status, reason] = given === undefined ? impliedStatus(location) : parseStatus(given);
  const isRedirect = location !== undefined && status >= 300 && status < 400;
  return {
    contentLength: parseContentLength(single.get('content-length')),
    headers,
    kind: isLocal ? 'local-redirect' : isRedirect ? 'client-redirect' : 'document',
    location,
    reason,
    status,
  };
}

/** A path of this server (§6.2.2); `//host/path` is another server's, and what an HTTP client makes of it. */
function isLocalPath(location: string | undefined): boolean {
  return location?.startsWith('/') === true && !location.startsWith('//');
}

function impliedStatus(location: string | undefined): [status: number, reason: string] {
  return location === undefined ? [200, 'OK'] : [302, 'Found'];
}

function parseStatus(value: string): [status: number, reason: string] {
  const match = STATUS.exec(value);
  if (match === null) {
    throw new FcgiClientError(
      'FCGI_HEAD_STATUS_INVALID',
      'The value of Status must be three digits, a space and a reason (RFC 3875 §6.3.3), but it is not.',
    );
  }
  return [Number(match[1]), match[2] ?? ''];
}

function parseContentLength(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const length = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new FcgiClientError(
      'FCGI_HEAD_VALUE_INVALID',
      'The value of Content-Length must be a number of bytes, but it is not.',
    );
  }
  return length;
}
