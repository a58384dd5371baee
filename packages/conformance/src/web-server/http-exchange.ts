import { connect, type Socket } from 'node:net';
import type { HeadField } from '../wire/answer.ts';

/** `'complete'`: as its framing says; `'cut'`: the connection ended before; `'silent'`: no more came in time. */
export type HttpState = 'complete' | 'cut' | 'silent';

/** What a web server answered. */
export interface HttpResponse {
  readonly body: Buffer;
  readonly fields: readonly HeadField[];
  readonly state: HttpState;
  /** 0 where no response came. */
  readonly status: number;
}

/** A connection of an HTTP client. It reads one response after the other. */
export class HttpConnection {
  readonly #patience: number;
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(url: URL, patience: number) {
    this.#patience = patience;
    this.#socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 80 });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      this.#wake();
    });
    const over = () => {
      this.#isOver = true;
      this.#wake();
    };
    this.#socket.on('error', over);
    this.#socket.on('end', over);
    this.#socket.on('close', over);
  }

  send(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Reads a response. @param isHead whether the request was HEAD */
  async read(isHead = false): Promise<HttpResponse> {
    let head = await this.#head();
    // An interim response comes before the final one.
    while (head !== undefined && head.status >= 100 && head.status < 200) head = await this.#head();
    if (head === undefined) return { body: Buffer.alloc(0), fields: [], state: this.#lack(), status: 0 };
    const { fields, status } = head;
    if (isHead || status === 204 || status === 304)
      return { body: Buffer.alloc(0), fields, state: 'complete', status };
    const value = (name: string) => fields.find(([each]) => each.toLowerCase() === name)?.[1];
    if (/chunked/i.test(value('transfer-encoding') ?? ''))
      return { ...(await this.#chunks()), fields, status };
    const length = value('content-length');
    if (length !== undefined) return { ...(await this.#bytes(Number(length))), fields, status };
    while (!this.#isOver && (await this.#more()));
    return {
      body: this.#take(this.#buffer.length),
      fields,
      state: this.#isOver ? 'complete' : 'silent',
      status,
    };
  }

  /** Bytes that came after the responses that were read. */
  async surplus(): Promise<Buffer> {
    await this.#more(50);
    return this.#buffer;
  }

  #lack(): HttpState {
    return this.#isOver ? 'cut' : 'silent';
  }

  async #head(): Promise<{ fields: HeadField[]; status: number } | undefined> {
    let end = this.#buffer.indexOf('\r\n\r\n');
    while (end === -1) {
      if (!(await this.#more())) return undefined;
      end = this.#buffer.indexOf('\r\n\r\n');
    }
    const [line = '', ...rest] = this.#take(end + 4)
      .toString('latin1')
      .trimEnd()
      .split('\r\n');
    const fields = rest.map((each): HeadField => {
      const colon = each.indexOf(':');
      return [each.slice(0, colon), each.slice(colon + 1).trim()];
    });
    return { fields, status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0) };
  }

  async #bytes(length: number): Promise<{ body: Buffer; state: HttpState }> {
    while (this.#buffer.length < length) {
      if (!(await this.#more())) return { body: this.#take(this.#buffer.length), state: this.#lack() };
    }
    return { body: this.#take(length), state: 'complete' };
  }

  async #chunks(): Promise<{ body: Buffer; state: HttpState }> {
    const chunks: Buffer[] = [];
    for (;;) {
      let end = this.#buffer.indexOf('\r\n');
      while (end === -1) {
        if (!(await this.#more())) return { body: Buffer.concat(chunks), state: this.#lack() };
        end = this.#buffer.indexOf('\r\n');
      }
      const length = Number.parseInt(this.#take(end + 2).toString('latin1'), 16);
      if (Number.isNaN(length)) return { body: Buffer.concat(chunks), state: 'cut' };
      const { body, state } = await this.#bytes(length + 2);
      chunks.push(body.subarray(0, length));
      if (state !== 'complete' || length === 0) return { body: Buffer.concat(chunks), state };
    }
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Waits for more bytes. @returns false where there are none */
  #more(time = this.#patience): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    const { length } = this.#buffer;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve(this.#buffer.length > length);
      };
      const timer = setTimeout(done, time);
      this.#wake = done;
    });
  }
}
