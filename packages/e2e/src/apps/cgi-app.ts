#!/usr/bin/env node
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, fromNodeListener, requestParams } from '@fcgi-js/server';

/** What the tests of plain CGI ask for. */
async function listener(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = requestParams(req).get('PATH_INFO') ?? '';
  switch (path) {
    case '/cookies':
      res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/']);
      res.writeHead(201, { 'Content-Type': 'text/plain' });
      res.end('created');
      break;
    case '/large':
      res.end('0123456789'.repeat(200_000));
      break;
    case '/redirect':
      res.writeHead(303, { Location: 'http://app.example/other' });
      res.end();
      break;
    case '/throw':
      throw new Error('secret: as it was asked to');
    default: {
      const hash = createHash('sha256');
      let length = 0;
      for await (const chunk of req) {
        hash.update(chunk);
        length += chunk.length;
      }
      res.setHeader('Content-Type', 'application/json');
      res.end(
        JSON.stringify({
          method: req.method,
          url: req.url,
          host: req.headers.host,
          type: req.headers['content-type'],
          length,
          sha256: hash.digest('hex'),
          pid: process.pid,
        }),
      );
    }
  }
}

// As a plain CGI program it serves one request and ends.
createServer({ responder: fromNodeListener(listener) })
  .listen('auto')
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
