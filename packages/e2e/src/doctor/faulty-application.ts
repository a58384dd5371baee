import { once } from 'node:events';
import { chmod, rename } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import {
  encodeEndRequest,
  encodeStream,
  encodeStreamEnd,
  NameValueDecoder,
  ProtocolStatus,
  RecordDecoder,
  RecordType,
} from '@fcgi-js/protocol';

/** What an application does with a request: what it writes, or nothing. */
type Fault = (socket: Socket) => void;

const stdout = (text: string, requestId = 1) =>
  encodeStream(RecordType.Stdout, requestId, Buffer.from(text, 'latin1'));
const stderr = (text: string) => encodeStream(RecordType.Stderr, 1, Buffer.from(text, 'latin1'));
const stdoutEnd = encodeStreamEnd(RecordType.Stdout, 1);
const end = encodeEndRequest({ requestId: 1, appStatus: 0, protocolStatus: ProtocolStatus.RequestComplete });
const answer =
  (...parts: Uint8Array[]): Fault =>
  (socket) =>
    socket.end(Buffer.concat(parts));

/** By the path that is asked for. Each is one way in which an application goes wrong. */
const faults = {
  '/': answer(stdout('Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfine'), end),
  '/bad-header': answer(stdout('this is no header\r\nContent-Type: text/plain\r\n\r\nhello'), end),
  '/bad-status': answer(stdout('Status: fine\r\nContent-Type: text/plain\r\n\r\nhello'), end),
  '/closes': (socket) => socket.end(),
  '/empty': answer(end),
  '/error': answer(stderr('Error: no table users\n'), stdout('Status: 500 Oops\r\n\r\n'), end),
  '/http': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  '/large-head': answer(stdout(`Status: 200\r\nX-Debug: ${'x'.repeat(20_000)}\r\n\r\nhello`), end),
  '/never': () => undefined,
  '/no-blank-line': answer(stdout('Content-Type: text/plain\r\n'), stdoutEnd, end),
  '/script-unknown': answer(
    stderr('Primary script unknown'),
    stdout('Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nFile not found.\n'),
    end,
  ),
  '/text': (socket) => socket.end('Debugger attached, waiting.\n'),
  '/too-long': answer(stdout('Status: 200\r\nContent-Length: 4\r\n\r\nmore than four bytes'), end),
  '/wrong-id': answer(stdout('Status: 200\r\n\r\nhello', 7), end),
  '/wrong-type': (socket) => socket.end(Buffer.from([1, 42, 0, 1, 0, 0, 0, 0])),
} satisfies Record<string, Fault>;

/** What {@link FaultyApplication} can do wrong; `/` is what it does right. */
export type FaultPath = keyof typeof faults;

/** An application on a Unix socket that goes wrong in the way that the path of the request names. */
export class FaultyApplication {
  readonly path: string;
  #server: Server | undefined;

  /** @param path of the socket */
  constructor(path: string) {
    this.path = path;
  }

  /** Listens, for the owner and the group of the folder. */
  async listen(): Promise<void> {
    const server = createServer((socket) => serve(socket));
    server.listen(this.path);
    await once(server, 'listening');
    await chmod(this.path, 0o660);
    this.#server = server;
  }

  /** Stops to listen, and takes the socket away. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  /** Stops to listen, and leaves the socket behind, as a process does that is killed. */
  async vanish(): Promise<void> {
    const aside = `${this.path}-aside`;
    await rename(this.path, aside);
    await this.close();
    await rename(aside, this.path);
  }
}

function serve(socket: Socket): void {
  const records = new RecordDecoder();
  const params = new NameValueDecoder();
  let path = '/';
  // The web server goes away in the middle of what it cannot use.
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    // What is no FastCGI breaks the connection, and not the application.
    try {
      take(chunk);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  const take = (chunk: Buffer) => {
    records.push(chunk);
    for (let record = records.next(); record !== undefined; record = records.next()) {
      if (record.type === RecordType.Params) params.push(record.content);
      for (let pair = params.next(); pair !== undefined; pair = params.next()) {
        const [name, value] = [pair.name, pair.value].map((bytes) => Buffer.from(bytes).toString('latin1'));
        if (name === 'REQUEST_URI') path = value ?? '/';
      }
      if (record.type === RecordType.Stdin && record.content.length === 0) faultOf(path)(socket);
    }
  };
}

function faultOf(path: string): Fault {
  const found = Object.entries(faults).find(([name]) => name === path);
  return found?.[1] ?? faults['/'];
}
