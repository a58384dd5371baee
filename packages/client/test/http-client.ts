import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawAnswer {
  readonly body: string;
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
  readonly head: string;
  readonly status: number;
}

/** An HTTP client made of a socket: what is sent and received is bytes, which no library has tidied up. */
export class RawHttp {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received = '';
  isClosed = false;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
    onTestFinished(() => void this.socket.destroy());
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Everything until the server closes. */
  async all(): Promise<string> {
    await this.closed;
    return this.received;
  }
}

/** Sends one request, which asks for the connection to be closed, and reads the answer. */
export async function exchange(url: string, start: string, body = ''): Promise<RawAnswer> {
  const http = new RawHttp(url);
  const line = start.includes('Host:') ? start : start.replace('\r\n', '\r\nHost: example.org\r\n');
  http.send(`${line}Connection: close\r\n\r\n${body}`);
  return parseAnswer(await http.all());
}

export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { head, fields, status: Number(statusLine.split(' ')[1]), body: text.slice(end + 4) };
}

/** The fields with a name, in any case. */
export function valuesOf(answer: RawAnswer, name: string): string[] {
  return answer.fields
    .filter(([given]) => given.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}
