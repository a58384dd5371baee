import { isBodyElsewhere, isConnectionField } from '../../cgi/response-head.ts';

/** What is needed of the head of an HTTP/1.1 response. */
export interface HttpHead {
  /** Where the body begins in the text. */
  readonly bodyAt: number;
  /** Whether the web server is to send a file, or another answer, in the place of the body. */
  readonly bodyElsewhere: boolean;
  /** Whether the body has the chunked coding. */
  readonly chunked: boolean;
  /** Absent where the head does not say it. */
  readonly contentLength: number | undefined;
  /** The fields that concern a web server, each with its line end. */
  readonly fields: string;
  /** Whether it is an event stream, and has no field that tells nginx whether to hold it back. */
  readonly heldByNginx: boolean;
  readonly status: number;
  /** Status and reason phrase. */
  readonly statusText: string;
}

const VERSION = 'HTTP/1.';
const LINE_END = '\r\n';
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
/** In `HTTP/1.1 200 OK`. */
const STATUS_OFFSET = 9;
const REASON_OFFSET = 12;

const DIGITS = /^\d+$/;
const CHUNKED = /\bchunked$/i;
const EVENT_STREAM = /^text\/event-stream *(?:;|$)/i;

/** Lengths of the names that matter, as bits: most names can be told from them by that. */
const LENGTHS = [
  'te',
  'status',
  'trailer',
  'upgrade',
  'connection',
  'keep-alive',
  'content-type',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
  'x-accel-buffering',
  'x-accel-redirect',
  'x-lighttpd-send-file',
  'x-litespeed-location',
  'x-reproxy-url',
  'x-sendfile',
  'x-sendfile2',
].reduce((bits, { length }) => bits | (1 << length), 0);

/**
 * Reads the head of a response as `ServerResponse` writes it. Line by line, because that is cheaper than looking through all
 * of it for each of the names that matter.
 *
 * @returns `undefined` where the text ends before the head: an application that writes to the socket itself writes it in pieces
 * @throws TypeError where the text begins with anything else
 */
export function readHttpHead(text: string): HttpHead | undefined {
  if (!(text.startsWith(VERSION) || VERSION.startsWith(text))) throw notAHead();
  const statusEnd = text.indexOf(LINE_END);
  if (statusEnd === -1) return undefined;
  const status = Number(text.slice(STATUS_OFFSET, REASON_OFFSET));
  if (!(status >= 100)) throw notAHead();
  const reasonEnd = text.charCodeAt(statusEnd - 1) === BLANK ? statusEnd - 1 : statusEnd;
  let bodyElsewhere = false;
  let chunked = false;
  let contentLength: number | undefined;
  let isEventStream = false;
  let saysAccelBuffering = false;
  let fields = '';
  /** From here on, lines are not in `fields` yet. */
  let keptFrom = statusEnd + LINE_END.length;
  let at = keptFrom;
  while (text.charCodeAt(at) !== CARRIAGE_RETURN) {
    const end = text.indexOf(LINE_END, at);
    if (end === -1) return undefined;
    const colon = text.indexOf(':', at);
    // A length above 31 counts as one below, which costs time and nothing else.
    if ((LENGTHS >>> (colon - at)) & 1) {
      const name = text.slice(at, colon).toLowerCase();
      const value = text.slice(colon + 1, end).trim();
      switch (name) {
        case 'content-length':
          if (DIGITS.test(value)) contentLength ??= Number(value);
          break;
        case 'content-type':
          isEventStream ||= EVENT_STREAM.test(value);
          break;
        case 'x-accel-buffering':
          saysAccelBuffering = true;
          break;
        default:
          bodyElsewhere ||= isBodyElsewhere(name);
          if (!isConnectionField(name)) break;
          chunked ||= name === 'transfer-encoding' && CHUNKED.test(value);
          fields += text.slice(keptFrom, at);
          keptFrom = end + LINE_END.length;
      }
    }
    at = end + LINE_END.length;
  }
  if (at + LINE_END.length > text.length) return undefined;
  return {
    bodyAt: at + LINE_END.length,
    bodyElsewhere,
    chunked,
    contentLength,
    fields: fields + text.slice(keptFrom, at),
    heldByNginx: isEventStream && !saysAccelBuffering,
    status,
    statusText: text.slice(STATUS_OFFSET, reasonEnd),
  };
}

function notAHead(): TypeError {
  return new TypeError('An HTTP response head was expected, but this was something else.');
}
