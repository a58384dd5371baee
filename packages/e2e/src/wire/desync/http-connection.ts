import { connect, type Socket } from 'node:net';

/** An answer of HTTP, or as much of it as has come before the connection ended. */
export interface HttpAnswer {
  readonly body: Buffer;
  readonly isWhole: boolean;
  readonly status: number;
  readonly token: string | undefined;
}

/** One connection of an HTTP client, from bytes: what is no part of the answer to its one request is found. */
export class HttpConnection {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor(path: string) {
    this.#socket = connect({ allowHalfOpen: true, path });
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close']) {
      this.#socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Bytes that have come and belong to no answer yet. */
  get waiting(): Buffer {
    return this.#bytes;
  }

  send(bytes: Uint8Array): void {
    if (!this.#ended) this.#socket.write(bytes);
  }

  /** Nothing more is sent; answers are still read. */
  finish(): void {
    if (!this.#ended) this.#socket.end();
  }

  close(): void {
    this.#ended = true;
    this.#socket.destroy();
    this.#wake();
  }

  /** The answer to the one request; `undefined` where the connection ends before its head. */
  async answer(): Promise<HttpAnswer | undefined> {
    const end = await this.#until(() => this.#bytes.indexOf('\r\n\r\n'));
    if (end === -1) return undefined;
    const head = this.#take(end + 4).toString('latin1');
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
    const [body, isWhole] = await this.#body(field('content-length'), field('transfer-encoding'));
    return { body, isWhole, status: Number(head.slice(9, 12)), token: field('x-token') };
  }

  async #body(
    length: string | undefined,
    encoding: string | undefined,
  ): Promise<[body: Buffer, isWhole: boolean]> {
    if (encoding === 'chunked') return await this.#chunks();
    if (length === undefined) {
      await this.#until(() => -1);
      return [this.#take(this.#bytes.length), true];
    }
    await this.#until(() => (this.#bytes.length >= Number(length) ? 0 : -1));
    const body = this.#take(Number(length));
    return [body, body.length === Number(length)];
  }

  async #chunks(): Promise<[body: Buffer, isWhole: boolean]> {
    const chunks: Buffer[] = [];
    for (;;) {
      const line = await this.#until(() => this.#bytes.indexOf('\r\n'));
      if (line === -1) return [Buffer.concat(chunks), false];
      const size = Number.parseInt(this.#take(line + 2).toString('latin1'), 16);
      await this.#until(() => (this.#bytes.length >= size + 2 ? 0 : -1));
      const chunk = this.#take(size + 2);
      chunks.push(chunk.subarray(0, size));
      if (chunk.length < size + 2) return [Buffer.concat(chunks), false];
      if (size === 0) return [Buffer.concat(chunks), true];
    }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  /** Waits until something is found, or the connection has ended: then -1, unless it is found. */
  async #until(find: () => number): Promise<number> {
    while (find() === -1 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return find();
  }
}
