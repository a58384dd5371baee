import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  STREAM_RECORD_CONTENT_LIMIT,
} from '@fcgi-js/protocol';
import type { Connection } from './connection.ts';
import type { Input } from './input.ts';
import type { PreparedRequest } from './prepared-request.ts';

/** What the sender tells the request. */
export interface SenderOwner {
  /** The application has taken bytes, or it has got the last of them. */
  onSenderProgress(): void;
  /** It is, or is no longer, the caller's turn to give bytes. */
  onSenderTurn(): void;
  /** The caller's bytes are wrong or failed. */
  onSenderError(error: Error): void;
}

/** A body up to this many bytes goes out in one write with the params. */
const WITH_HEAD_BYTES = 16_384;

/** Sends one request: BEGIN_REQUEST, PARAMS, STDIN and, to a Filter, DATA, never faster than they are taken. */
export class RequestSender {
  readonly #connection: Connection;
  readonly #owner: SenderOwner;
  readonly #request: PreparedRequest;
  readonly #requestId: number;
  #stopped = false;
  /** Whether everything has been handed to the connection. */
  done = false;
  /** Whether the caller's source is to give the next bytes, so that the application cannot be waited for. */
  waitsForSource = false;

  constructor(connection: Connection, requestId: number, request: PreparedRequest, owner: SenderOwner) {
    this.#connection = connection;
    this.#requestId = requestId;
    this.#request = request;
    this.#owner = owner;
  }

  /**
   * Sends the beginning at once and the rest as it is taken. Never rejects: errors go to the owner.
   *
   * @param keepConn whether the application is asked to keep the connection
   */
  start(keepConn: boolean): void {
    const { data, params, role, stdin } = this.#request;
    const requestId = this.#requestId;
    const parts: Uint8Array[] = [
      encodeBeginRequest({ keepConn, requestId, role }),
      encodeParams(requestId, params),
      encodeStreamEnd(RecordType.Params, requestId),
    ];
    const isSmall = stdin.bytes !== undefined && stdin.bytes.length <= WITH_HEAD_BYTES;
    if (isSmall) {
      parts.push(encodeStream(RecordType.Stdin, requestId, stdin.bytes));
      parts.push(encodeStreamEnd(RecordType.Stdin, requestId));
    }
    const hasRoom = this.#connection.write(Buffer.concat(parts));
    if (isSmall && data === undefined) this.done = true;
    else this.#sendInputs(isSmall, hasRoom).catch((error: Error) => this.#owner.onSenderError(error));
  }

  /** Sends nothing more, and lets go of the caller's sources. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.done) return;
    this.#request.stdin.cancel();
    this.#request.data?.cancel();
  }

  async #sendInputs(isStdinSent: boolean, hasRoom: boolean): Promise<void> {
    if (!hasRoom) await this.#room();
    if (!isStdinSent) await this.#sendInput(RecordType.Stdin, this.#request.stdin);
    if (this.#request.data !== undefined) await this.#sendInput(RecordType.Data, this.#request.data);
    if (this.#stopped) return;
    this.done = true;
    this.#owner.onSenderProgress();
  }

  async #sendInput(type: typeof RecordType.Stdin | typeof RecordType.Data, input: Input): Promise<void> {
    if (input.bytes !== undefined) {
      await this.#sendBytes(type, input.bytes);
    } else {
      for (let piece = await this.#pull(input); piece !== undefined; piece = await this.#pull(input)) {
        await this.#sendBytes(type, piece);
      }
    }
    if (!this.#stopped) this.#connection.write(encodeStreamEnd(type, this.#requestId));
  }

  async #pull(input: Input): Promise<Uint8Array | undefined> {
    if (this.#stopped) return undefined;
    this.#setWaiting(true);
    const piece = await input.next();
    this.#setWaiting(false);
    return this.#stopped ? undefined : piece;
  }

  #setWaiting(waits: boolean): void {
    this.waitsForSource = waits;
    if (!this.#stopped) this.#owner.onSenderTurn();
  }

  async #sendBytes(type: typeof RecordType.Stdin | typeof RecordType.Data, bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length && !this.#stopped; from += STREAM_RECORD_CONTENT_LIMIT) {
      const content = bytes.subarray(from, from + STREAM_RECORD_CONTENT_LIMIT);
      if (!this.#connection.write(encodeStream(type, this.#requestId, content))) await this.#room();
    }
  }

  /** Waits until there is room on the connection, or it has closed. */
  async #room(): Promise<void> {
    await new Promise<void>((resolve) => this.#connection.onRoom(resolve));
    if (!this.#stopped) this.#owner.onSenderProgress();
  }
}
