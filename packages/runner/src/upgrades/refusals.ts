import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds that a refused peer has to read its answer. */
const LINGER = 2_000;

/** Answers a request that is no upgrade: RFC 9110 section 15.5.22 wants the protocols that would do. */
export function wantUpgrade(_request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(426, { Connection: 'Upgrade, close', 'Content-Type': TEXT, Upgrade: 'websocket' })
    .end('This socket takes HTTP upgrades, such as WebSockets, alone. Requests come over FastCGI.\n');
}

/** Answers an upgrade that does not reach the application, and closes its connection. */
export function refuseUpgrade(socket: Duplex, status: string, sentence: string): void {
  const body = `${sentence}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    `Content-Type: ${TEXT}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
  ];
  // What the peer has sent meanwhile would have the system reset the connection, and lose the answer.
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER).unref();
  socket.once('close', () => clearTimeout(timer));
}

const TEXT = 'text/plain; charset=utf-8';
