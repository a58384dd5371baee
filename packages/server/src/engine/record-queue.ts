import { type FcgiRecord, RecordDecoder } from '@fcgi-js/protocol';

/** The records of a connection in their order, of which one can be looked at before it is taken. */
export class RecordQueue {
  readonly #decoder = new RecordDecoder({ inPieces: true });
  /** The record that comes next, where it was looked at or put back. */
  #ahead: FcgiRecord | undefined;

  /** Whether the bytes so far end in the middle of a record. */
  get midRecord(): boolean {
    return this.#decoder.midRecord;
  }

  /** Whether nothing that came waits to be taken, and no part of a record. */
  get exhausted(): boolean {
    return this.#ahead === undefined && !this.midRecord;
  }

  /** Takes the next bytes of the connection. */
  push(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
  }

  /**
   * Takes the next record, or `undefined` until more bytes have been pushed.
   *
   * @throws RemoteProtocolError where the bytes are none
   */
  take(): FcgiRecord | undefined {
    const ahead = this.#ahead;
    if (ahead === undefined) return this.#decoder.next();
    this.#ahead = undefined;
    return ahead;
  }

  /** Looks at the next record. */
  peek(): FcgiRecord | undefined {
    try {
      this.#ahead ??= this.#decoder.next();
    } catch {
      // What was taken before came before it. The decoder throws it again when it is asked for the next record.
    }
    return this.#ahead;
  }

  /** Puts a record, or what is left of one, before all others. */
  putBack(record: FcgiRecord): void {
    this.#ahead = record;
  }
}
