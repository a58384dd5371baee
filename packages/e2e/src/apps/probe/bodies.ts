import { pipeline } from 'node:stream/promises';
import type { FcgiRequest, Params } from '@fcgi-js/server';
import { answerJson, answerText, writeHead } from './answer.ts';
import type { Arguments } from './arguments.ts';
import { crc32Of, digestOf } from './digest.ts';

/** Values above this many bytes are not echoed but told by length and checksum. */
const LONG_VALUE = 1_024;

/** Tells what came: method, params, and what the body was like. */
export async function echo(request: FcgiRequest, { path }: Arguments): Promise<void> {
  const { params } = request;
  const body = await digestOf(request.stdin);
  await answerJson(request, {
    method: params.get('REQUEST_METHOD') ?? null,
    path,
    query: params.get('QUERY_STRING') ?? '',
    contentLength: params.get('CONTENT_LENGTH') ?? null,
    bodyLength: body.length,
    bodyCrc32: body.crc32,
    complete: body.complete,
    params: describe(params),
  });
}

/** Names may be anything a peer likes, `__proto__` too: `fromEntries` makes own properties of them all. */
function describe(params: Params): Record<string, unknown> {
  return Object.fromEntries([...params].map(([name, value]) => [name, shortened(value)]));
}

function shortened(value: string): unknown {
  if (value.length <= LONG_VALUE) return value;
  return { len: value.length, crc32: crc32Of(Buffer.from(value, 'latin1')) };
}

/** Sends the body back while it comes. */
export async function cat(request: FcgiRequest): Promise<void> {
  await writeHead(request, { contentType: 'application/octet-stream' });
  await pipeline(request.stdin, request.stdout);
}

/** Answers without reading the body. */
export function early(request: FcgiRequest): Promise<void> {
  return answerText(request, 'early');
}

/** Reads at least as much of the body as the URL says, and no more than it must. */
export async function partial(request: FcgiRequest, args: Arguments): Promise<void> {
  const wanted = args.number('n');
  let length = 0;
  if (wanted > 0) {
    for await (const chunk of request.stdin as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length >= wanted) break;
    }
  }
  await answerText(request, 'partial');
}
