import { connect, type Socket } from 'node:net';
import type { Answer } from './answer.ts';
import type { ResolvedAsk } from './ask.ts';
import { HttpResponse } from './http-response.ts';
import type { Peer } from './peer.ts';
import { Progress } from './progress.ts';

/** A browser with one request, over a TCP connection of its own. */
export class HttpPeer implements Peer {
  readonly answer: Promise<Answer>;
  readonly #ask: ResolvedAsk;
  readonly #socket: Socket;
  readonly #response: HttpResponse;
  readonly #progress = new Progress();
  #ended = false;
  #closed = false;

  private constructor(ask: ResolvedAsk, socket: Socket) {
    this.#ask = ask;
    this.#socket = socket;
    this.#response = new HttpResponse(ask);
    socket.on('data', (bytes: Buffer) => {
      this.#response.push(bytes);
      this.#progress.changed();
    });
    socket.on('end', () => {
      this.#ended = true;
    });
    // A server that answers early and closes resets the rest of the upload; the answer says what came.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#progress.changed();
    });
    this.answer = this.#progress.until(() => this.#closed).then(() => this.#response.answer(this.#ended));
    socket.cork();
    socket.write(headOf(ask, `127.0.0.1:${socket.remotePort}`), 'latin1');
    if (ask.body !== undefined) {
      this.send(ask.body);
      this.endBody();
    }
    socket.uncork();
  }

  /** Connects to a server and sends it the request. */
  static async open(ask: ResolvedAsk, port: number): Promise<HttpPeer> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    return new HttpPeer(ask, socket);
  }

  /** Both ends of the connection, as the application sees them. */
  get ports(): { readonly local: number; readonly remote: number } {
    return { local: this.#socket.remotePort!, remote: this.#socket.localPort! };
  }

  send(part: string | Uint8Array): void {
    const bytes = Buffer.from(part);
    if (!this.#ask.chunked) {
      this.#socket.write(bytes);
      return;
    }
    this.#socket.write(`${bytes.length.toString(16)}\r\n`);
    this.#socket.write(bytes);
    this.#socket.write('\r\n');
  }

  endBody(): void {
    if (this.#ask.chunked) this.#socket.write('0\r\n\r\n');
  }

  head(): Promise<void> {
    return this.#progress.until(() => this.#response.hasHead || this.#closed);
  }

  received(bytes: number): Promise<void> {
    return this.#progress.until(() => this.#response.bodyLength >= bytes || this.#closed);
  }

  leave(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

function headOf(ask: ResolvedAsk, host: string): string {
  const fields = [['Host', host], ['Connection', 'close'], ...ask.headers];
  if (ask.chunked) fields.push(['Transfer-Encoding', 'chunked']);
  else if (ask.contentLength !== undefined) fields.push(['Content-Length', String(ask.contentLength)]);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${ask.method} ${ask.path} HTTP/${ask.version}\r\n${lines.join('')}\r\n`;
}
