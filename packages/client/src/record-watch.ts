import { type FcgiRecord, RecordDecoder } from '@fcgi-js/protocol';

/** A record that passes on a connection of a client. */
export interface FcgiPassingRecord {
  /** Which connection: they are counted from 1 in the order in which the client opened them. */
  readonly connection: number;
  /** `'sent'` to the application, or `'received'` from it. */
  readonly direction: 'received' | 'sent';
  /** Its content is a view of what passes and must not be changed. */
  readonly record: FcgiRecord;
}

/** Shows the records of one connection to whoever wants to see them, in the order in which they pass. */
export class RecordWatch {
  readonly #connection: number;
  readonly #decoder = new RecordDecoder();
  readonly #show: (passing: FcgiPassingRecord) => void;

  /** @param connection its number */
  constructor(connection: number, show: (passing: FcgiPassingRecord) => void) {
    this.#connection = connection;
    this.#show = show;
  }

  /** Bytes go out. They are decoded again, so that what is shown is what was sent and not what was meant. */
  sent(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
    for (let record = this.#decoder.next(); record !== undefined; record = this.#decoder.next()) {
      this.#show({ connection: this.#connection, direction: 'sent', record });
    }
  }

  /** A record has come, and nothing has been done about it yet. */
  received(record: FcgiRecord): void {
    this.#show({ connection: this.#connection, direction: 'received', record });
  }
}
