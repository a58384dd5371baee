import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A text file as the Fetch standard has its answers: with ETag, Last-Modified, and one range if one is asked for.
 *
 * @param request what the browser asks
 * @param folder where the file is
 * @param name its name, which is not from outside
 */
export async function fileResponse(request: Request, folder: string, name: string): Promise<Response> {
  const path = join(folder, name);
  const { mtime, size } = await stat(path);
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Content-Type': 'text/plain; charset=utf-8',
    ETag: `"${size}-${mtime.getTime()}"`,
    'Last-Modified': mtime.toUTCString(),
  });
  if (request.headers.get('If-None-Match') === headers.get('ETag')) {
    return new Response(null, { status: 304, headers });
  }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('Range') ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(Number(to ?? size), size - 1);
  headers.set('Content-Length', String(end - start + 1));
  if (from !== undefined) headers.set('Content-Range', `bytes ${start}-${end}/${size}`);
  const body = ReadableStream.from(createReadStream(path, { start, end }));
  return new Response(body, { status: from === undefined ? 200 : 206, headers });
}
