// A plain `(req, res)` listener.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { programArguments } from './parts/program.ts';
import { serveListener } from './parts/serve.ts';
import { HELLO, JSON_TEXT, PIECE_BYTES } from './parts/texts.ts';

/** `download-100000000` is the work `download` with that many bytes. */
const [work = '', downloadBytes] = programArguments().work.split('-');
const length = Number(downloadBytes);
const piece = Buffer.alloc(PIECE_BYTES, 'x');

function hello(_req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('Content-Type', 'text/plain');
  res.end(HELLO);
}

function json(_req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON_TEXT);
}

function download(_req: IncomingMessage, res: ServerResponse): void {
  let left = length;
  const write = () => {
    while (left > piece.length) {
      left -= piece.length;
      if (!res.write(piece)) {
        res.once('drain', write);
        return;
      }
    }
    res.end(piece.subarray(0, left));
  };
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Length', length);
  write();
}

function upload(req: IncomingMessage, res: ServerResponse): void {
  let received = 0;
  req.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  req.on('end', () => {
    res.setHeader('Content-Type', 'text/plain');
    res.end(String(received));
  });
}

/** Streams that stay open beside a page. */
function events(req: IncomingMessage, res: ServerResponse): void {
  if (req.url !== '/events') {
    hello(req, res);
    return;
  }
  res.setHeader('Content-Type', 'text/event-stream');
  // fcgi-js asks nginx for that by itself.
  res.setHeader('X-Accel-Buffering', 'no');
  res.write('data: hello\n\n');
}

const listeners: Record<string, RequestListener> = { download, events, hello, json, upload };

await serveListener(listeners[work] ?? hello);
