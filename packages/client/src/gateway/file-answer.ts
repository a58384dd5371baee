import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { HeaderField } from '../cgi-response-head.ts';
import type { RequestFacts } from '../params-from-request.ts';
import type { GatewayAnswer } from './gateway-answer.ts';

/** The head that an application gave for the file. */
interface FileHead {
  readonly headers: readonly HeaderField[];
  readonly reason: string;
  readonly status: number;
}

/**
 * The answer that sends a file: with ETag and Last-Modified of its own unless the application gave some, and
 * for GET and HEAD with status 200 with what If-None-Match, If-Modified-Since, If-Range and Range ask for
 * (RFC 9110 §13, §14). Several ranges at once are answered with the whole file, as is allowed.
 *
 * @param file is closed when the body has been read or destroyed
 */
export async function fileAnswer(
  file: FileHandle,
  stats: Stats,
  head: FileHead,
  facts: RequestFacts,
): Promise<GatewayAnswer> {
  const { size } = stats;
  const headers = [...head.headers];
  const field = (list: ReadonlyArray<Readonly<HeaderField>>, wanted: string) =>
    list.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const given = (wanted: string, value: string) => {
    const own = field(headers, wanted.toLowerCase());
    if (own === undefined) headers.push([wanted, value]);
    return own ?? value;
  };
  const etag = given('ETag', `"${Math.floor(stats.mtimeMs).toString(16)}-${size.toString(16)}"`);
  const modified = given('Last-Modified', stats.mtime.toUTCString());
  const answer = (
    status: number,
    reason: string,
    own: HeaderField[],
    from: number,
    to: number,
  ): GatewayAnswer => ({
    body: to > from ? file.createReadStream({ start: from, end: to - 1 }) : closing(file),
    contentLength: to - from,
    headers: [...headers, ...own, ['Content-Length', `${to - from}`]],
    reason,
    status,
  });
  const isPlain = head.status === 200 && (facts.method === 'GET' || facts.method === 'HEAD');
  if (!isPlain) return answer(head.status, head.reason, [], 0, size);
  const asked = (wanted: string) => field(facts.fields, wanted);
  if (isUnchanged(asked('if-none-match'), asked('if-modified-since'), etag, modified)) {
    return { ...answer(304, 'Not Modified', [], 0, 0), contentLength: undefined, headers };
  }
  // The application may have said that it wants none of that.
  const hasRanges = given('Accept-Ranges', 'bytes').toLowerCase() === 'bytes' && facts.method === 'GET';
  const range =
    hasRanges && isSame(asked('if-range'), etag, modified) ? parseRange(asked('range'), size) : undefined;
  if (range === undefined) return answer(head.status, head.reason, [], 0, size);
  if (range === 'none') {
    return answer(416, 'Range Not Satisfiable', [['Content-Range', `bytes */${size}`]], 0, 0);
  }
  const [from, to] = range;
  const contentRange: HeaderField = ['Content-Range', `bytes ${from}-${to - 1}/${size}`];
  return answer(206, 'Partial Content', [contentRange], from, to);
}

function isUnchanged(
  noneMatch: string | undefined,
  modifiedSince: string | undefined,
  etag: string,
  modified: string,
): boolean {
  if (noneMatch !== undefined) {
    const wanted = etag.replace(/^W\//, '');
    return noneMatch.split(',').some((one) => ['*', wanted].includes(one.trim().replace(/^W\//, '')));
  }
  // Dates that are none compare as false.
  return modifiedSince !== undefined && Date.parse(modified) <= Date.parse(modifiedSince);
}

/** Whether a range may be sent: If-Range is not there, or names exactly this state of the file. */
function isSame(ifRange: string | undefined, etag: string, modified: string): boolean {
  return ifRange === undefined || ifRange === modified || (ifRange === etag && !etag.startsWith('W/'));
}

/** First byte and the one after the last; `'none'` where nothing of it is there; `undefined` where all is to be sent. */
function parseRange(
  range: string | undefined,
  size: number,
): [from: number, to: number] | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(range ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : [size - length, size];
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) return 'none';
  return [from, last === '' ? size : Math.min(Number(last) + 1, size)];
}

/** No bytes; the file is closed all the same. */
function closing(file: FileHandle): Readable {
  return new Readable({
    read() {
      this.push(null);
    },
    destroy(error, callback) {
      file.close().then(
        () => callback(error),
        (closeError: Error) => callback(error ?? closeError),
      );
    },
  });
}
