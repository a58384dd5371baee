import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { type Bytes, join, record } from 'test-support';
import { onTestFinished } from 'vitest';

/** The numbers of FastCGI 1.0, written down again: expected bytes must not come from what is tested. */
export const Type = {
  begin: 1,
  abort: 2,
  end: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;

export interface RawRecord {
  readonly content: Buffer;
  readonly padding: number;
  readonly requestId: number;
  readonly type: number;
}

/** One connection from the client, seen by a scripted application. */
export class PeerConnection {
  /** The client has closed its side. */
  readonly closed: Promise<void>;
  readonly records: RawRecord[] = [];
  readonly socket: Socket;
  isClosed = false;
  #bytes: Buffer = Buffer.alloc(0);
  #taken = 0;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#split();
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      const onGone = () => {
        this.isClosed = true;
        this.#wake();
        resolve();
      };
      socket.on('end', onGone);
      socket.on('close', onGone);
    });
  }

  /** The next record that has not been taken yet; fails where the connection ends before it. */
  async record(): Promise<RawRecord> {
    while (this.records.length === this.#taken) {
      if (this.isClosed) throw new Error('The client closed the connection before the record came.');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const next = this.records[this.#taken]!;
    this.#taken += 1;
    return next;
  }

  /** Records up to and including the first one of `type`, by default with no content. */
  async recordsTo(
    type: number,
    isLast = ({ content }: RawRecord) => content.length === 0,
  ): Promise<RawRecord[]> {
    const taken: RawRecord[] = [];
    for (;;) {
      const next = await this.record();
      taken.push(next);
      if (next.type === type && isLast(next)) return taken;
    }
  }

  /** One whole request, up to the end of its STDIN. */
  async request(): Promise<RawRequest> {
    const records = await this.recordsTo(Type.stdin);
    const contents = (type: number) =>
      Buffer.concat(records.filter((one) => one.type === type).map(({ content }) => content));
    const begin = records.find(({ type }) => type === Type.begin);
    if (begin === undefined) throw new Error('There was no BEGIN_REQUEST.');
    return {
      flags: begin.content[2]!,
      params: decodePairs(contents(Type.params)),
      records,
      requestId: begin.requestId,
      role: begin.content.readUInt16BE(0),
      stdin: contents(Type.stdin),
    };
  }

  /** Sends records or any bytes. */
  send(...parts: Bytes[]): void {
    this.socket.write(join(...parts));
  }

  #split(): void {
    while (this.#bytes.length >= 8) {
      const contentLength = this.#bytes.readUInt16BE(4);
      const padding = this.#bytes[6]!;
      if (this.#bytes.length < 8 + contentLength + padding) return;
      this.records.push({
        content: this.#bytes.subarray(8, 8 + contentLength),
        padding,
        requestId: this.#bytes.readUInt16BE(2),
        type: this.#bytes[1]!,
      });
      this.#bytes = this.#bytes.subarray(8 + contentLength + padding);
    }
  }
}

export interface RawRequest {
  readonly flags: number;
  readonly params: ReadonlyArray<readonly [name: string, value: string]>;
  readonly records: readonly RawRecord[];
  readonly requestId: number;
  readonly role: number;
  readonly stdin: Buffer;
}

/** An application that does what a test tells it, over a Unix socket in a folder of its own, or TCP. */
export class Peer {
  readonly connections: PeerConnection[] = [];
  readonly server: Server;
  #address = '';
  #folder: string | undefined;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(serve?: (connection: PeerConnection) => Promise<void> | void) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new PeerConnection(socket);
      this.connections.push(connection);
      this.#wake();
      // A script that waits for more of a client that has gone ends with its connection.
      Promise.resolve(serve?.(connection)).catch(() => socket.destroy());
    });
  }

  get address(): string {
    return this.#address;
  }

  async listen(transport: 'tcp' | 'unix' = 'unix'): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      if (transport === 'tcp') {
        this.server.listen(0, '127.0.0.1', resolve);
      } else {
        this.#folder = mkdtempSync(joinPath(tmpdir(), 'fcgi-client-'));
        this.server.listen(joinPath(this.#folder, 'app.sock'), resolve);
      }
    });
    const address = this.server.address();
    if (address === null) throw new Error('The server does not listen.');
    this.#address = typeof address === 'string' ? `unix:${address}` : `127.0.0.1:${address.port}`;
    return this;
  }

  /** The next connection that has not been taken yet. */
  async accept(): Promise<PeerConnection> {
    while (this.connections.length === this.#taken) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const next = this.connections[this.#taken]!;
    this.#taken += 1;
    return next;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A listening peer that ends with the test. */
export async function startPeer(
  serve?: (connection: PeerConnection) => Promise<void> | void,
  transport: 'tcp' | 'unix' = 'unix',
): Promise<Peer> {
  const peer = await new Peer(serve).listen(transport);
  onTestFinished(() => peer.close());
  return peer;
}

/** A peer that answers every request on every connection with the bytes that `answer` makes. */
export function startResponder(
  answer: (request: RawRequest, connection: PeerConnection) => Bytes,
  transport: 'tcp' | 'unix' = 'unix',
): Promise<Peer> {
  return startPeer(async (connection) => {
    for (;;) {
      const request = await connection.request();
      connection.send(answer(request, connection));
      if (request.flags === 0) connection.socket.end();
    }
  }, transport);
}

/** END_REQUEST. */
export function endRecord(requestId: number, appStatus = 0, protocolStatus = 0): Uint8Array {
  const status = [appStatus >>> 24, appStatus >>> 16, appStatus >>> 8, appStatus].map((byte) => byte & 0xff);
  return record(Type.end, requestId, [...status, protocolStatus, 0, 0, 0]);
}

/** A whole answer: STDOUT with its end, then END_REQUEST. */
export function answer(requestId: number, stdout: Bytes): Uint8Array {
  return join(record(Type.stdout, requestId, stdout), record(Type.stdout, requestId), endRecord(requestId));
}

/** A head with nothing special and a body. */
export function document(body: string): string {
  return `Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n${body}`;
}

function decodePairs(bytes: Buffer): Array<[name: string, value: string]> {
  const pairs: Array<[string, string]> = [];
  let offset = 0;
  const length = () => {
    const first = bytes[offset]!;
    offset += first < 128 ? 1 : 4;
    return first < 128 ? first : bytes.readUInt32BE(offset - 4) - 2 ** 31;
  };
  while (offset < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const text = bytes.toString('latin1', offset, offset + nameLength + valueLength);
    pairs.push([text.slice(0, nameLength), text.slice(nameLength)]);
    offset += nameLength + valueLength;
  }
  return pairs;
}
