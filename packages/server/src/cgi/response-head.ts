/** A name and a value of a response header field. */
export type HeaderField = readonly [name: string, value: string];

/**
 * Fields that concern the connection to the browser, which is the web server's, or that are none in CGI: a
 * second Status would contradict ours. (RFC 3875 §6.3.4)
 */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'status',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a field is left out of the head for a web server. */
export function isConnectionField(name: string): boolean {
  return CONNECTION_FIELDS.has(name.toLowerCase());
}

/**
 * Fields that have the web server send a file, or the answer of another URL, in the place of the body: nginx and
 * Caddy, Apache with mod_xsendfile, lighttpd, h2o, LiteSpeed. Content-Length then says how long that is.
 */
export const BODY_ELSEWHERE_FIELDS: ReadonlySet<string> = new Set([
  'x-accel-redirect',
  'x-lighttpd-send-file',
  'x-litespeed-location',
  'x-reproxy-url',
  'x-sendfile',
  'x-sendfile2',
]);

/** Whether a field says that the web server makes the body. */
export function isBodyElsewhere(name: string): boolean {
  return BODY_ELSEWHERE_FIELDS.has(name.toLowerCase());
}

const EVENT_STREAM_LINE = /^content-type: *text\/event-stream *[;\r]/im;
const ACCEL_BUFFERING_LINE = /^x-accel-buffering:/im;

/** Asks nginx not to hold a response back. */
export const ACCEL_BUFFERING_OFF = 'X-Accel-Buffering: no\r\n';

/**
 * A field for event streams, or nothing: nginx would hold events back until a buffer is full. Other web servers
 * pass it on, which does no harm.
 *
 * @param lines the fields of a head, each with its line end
 * @param isStream whether the response is known to stream whatever its type is
 */
export function streamingField(lines: string, isStream = false): string {
  // Nearly always the first test says no.
  return (isStream || EVENT_STREAM_LINE.test(lines)) && !ACCEL_BUFFERING_LINE.test(lines)
    ? ACCEL_BUFFERING_OFF
    : '';
}

/** nginx answers a head above its `fastcgi_buffer_size`, one page by default, with 502. */
export const LARGE_HEAD_BYTES = 4_096;

/**
 * The response head for a web server (RFC 3875 §6.3): the fields, what {@link streamingField} adds, then always
 * `Status`, then the blank line.
 *
 * `Status` comes last: HAProxy turns other statuses into 302 where `Location` follows it, and without it
 * several web servers answer 200 to a `Location`.
 *
 * @param status three digits
 * @param reason reason phrase, may be empty
 * @param fields names and values that are valid in HTTP; each character is one byte
 */
export function formatResponseHead(status: number, reason: string, fields: Iterable<HeaderField>): string {
  const lines = fieldLines(fields);
  return `${lines}${streamingField(lines)}${statusLine(status, reason)}\r\n`;
}

/**
 * The same for the answer of an authorizer, where `Status` comes first: lighttpd takes the answer for one that
 * grants access until it has read a status that does not, and drops the fields before it, such as `Location`.
 * HAProxy, for whose sake it comes last otherwise, asks no authorizers.
 */
export function formatAuthorizerHead(status: number, reason: string, fields: Iterable<HeaderField>): string {
  return `${statusLine(status, reason)}${fieldLines(fields)}\r\n`;
}

/** The line that has the status, and its line end. */
export function statusLine(status: number, reason: string): string {
  return `Status: ${status}${reason === '' ? '' : ` ${reason}`}\r\n`;
}

function fieldLines(fields: Iterable<HeaderField>): string {
  let lines = '';
  for (const [name, value] of fields) {
    if (!isConnectionField(name)) lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** Whether a response has no body whatever its fields say (RFC 9110 §6.4.1). */
export function isBodyless(status: number, method: string): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}
