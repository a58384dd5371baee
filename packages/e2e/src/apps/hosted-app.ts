import { appendFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What one of several hosts runs: `fcgi run hosted-app.js NAME LOG`. It answers `NAME`, and logs what it begins. */

const [name = '', log = ''] = process.argv.slice(2);
const MILLISECONDS = 20;

/** A listener for `fcgi run`. */
export default async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  if (url === '/health') {
    response.end('healthy');
    return;
  }
  appendFileSync(log, `${url.slice(1)} ${method} ${name}\n`);
  request.resume();
  await delay(url.startsWith('/slow-') ? 1_000 : MILLISECONDS);
  response.end(name);
}
