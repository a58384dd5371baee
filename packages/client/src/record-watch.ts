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

/** Shows the records of one connection to observers, in the order in which they pass. */
export class RecordWatch {
  readonly #connection: number;
  readonly #received = new RecordDecoder();
  readonly #sent = new RecordDecoder();
  readonly #show: (passing: FcgiPassingRecord) => void;

  /** @param connection its number */
  constructor(connection: number, show: (passing: FcgiPassingRecord) => void) {
    this.#connection = connection;
    this.#show = show;
  }

  /**
   * Bytes go out. They are decoded again, so that what is shown is what was sent and not what was meant.
   *
   * @throws RemoteProtocolError never for bytes of this package; whatever the observer throws
   */
  sent(bytes: Uint8Array): void {
    this.#pass('sent', this.#sent, bytes);
  }

  /**
   * Bytes have come, and nothing has been done about them yet.
   *
   * @throws RemoteProtocolError where they break the protocol; whatever the observer throws
   */
  received(bytes: Uint8Array): void {
    this.#pass('received', this.#received, bytes);
  }

  /** Whole records are shown, although the connection takes the content of a stream in pieces, as it comes. */
  #pass(direction: FcgiPassingRecord['direction'], decoder: RecordDecoder, bytes: Uint8Array): void {
    decoder.push(bytes);
    for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
      this.#show({ connection: this.#connection, direction, record });
    }
  }
}
