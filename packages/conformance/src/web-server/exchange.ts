import type { Socket } from 'node:net';
import type { ScannedRecord } from '@fcgi-js/inspector';
import { RecordType } from '@fcgi-js/protocol';
import { type Pair, readPairs, record, streamRecords } from '../wire/records.ts';
import type { Transcript } from '../wire/transcript.ts';

const { EndRequest, Params, Stdin, Stdout } = RecordType;

/** A request of the web server, as the application sees it that the checks play. */
export class Exchange {
  readonly id: number;
  /** Its records so far, BEGIN_REQUEST first. */
  readonly records: ScannedRecord[];
  readonly #socket: Socket;
  readonly #transcript: Transcript;

  constructor(begin: ScannedRecord, socket: Socket, transcript: Transcript) {
    this.id = begin.requestId;
    this.records = [begin];
    this.#socket = socket;
    this.#transcript = transcript;
  }

  /** Whether both streams have ended. */
  get isWhole(): boolean {
    return this.hasEnded(Params) && this.hasEnded(Stdin);
  }

  get body(): Buffer {
    return this.#contentOf(Stdin);
  }

  /** `undefined` where the bytes are no name-value pairs. */
  get params(): Pair[] | undefined {
    return readPairs(this.#contentOf(Params));
  }

  hasEnded(type: number): boolean {
    return this.records.some((each) => each.type === type && each.content.length === 0);
  }

  /** The values of one name. */
  values(name: string): string[] {
    return (this.params ?? []).flatMap(([each, value]) => (each === name ? [value] : []));
  }

  /** Writes records, or what is none. */
  send(...parts: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(parts);
    this.#transcript.add('from-application', bytes);
    this.#socket.write(bytes);
  }

  /** Writes the pieces with time between them for the web server to read each. */
  async sendPieces(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      this.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** A whole answer, as most applications send it. */
  answer(text: Uint8Array | string): void {
    this.send(this.stdout(text), record(Stdout, this.id), this.end());
    this.finish();
  }

  stdout(text: Uint8Array | string, size?: number): Buffer {
    return streamRecords(
      Stdout,
      this.id,
      typeof text === 'string' ? Buffer.from(text, 'latin1') : text,
      size,
    );
  }

  /** END_REQUEST. */
  end(protocolStatus = 0, appStatus = 0): Buffer {
    const body = Buffer.alloc(8);
    body.writeUInt32BE(appStatus);
    body[4] = protocolStatus;
    return record(EndRequest, this.id, body);
  }

  /** Closes after the answer, unless the web server asked to keep the connection. */
  finish(): void {
    if (((this.records[0]?.content[2] ?? 0) & 1) === 0) this.close();
  }

  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#transcript.note('The application left.');
    this.#socket.destroy();
  }

  #contentOf(type: number): Buffer {
    return Buffer.concat(this.records.filter((each) => each.type === type).map(({ content }) => content));
  }
}
