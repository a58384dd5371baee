import { Buffer } from 'node:buffer';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { RecordScanner, type Scanned, type ScannedRecord } from '@fcgi-js/inspector';
import { RecordType } from '@fcgi-js/protocol';
import { fail } from '../check.ts';
import { type Answer, readAnswer } from './answer.ts';
import { Transcript } from './transcript.ts';

/** `'open'`: both sides may send; `'ended'`: the peer sends no more; `'closed'`: over, or reset. */
type WireState = 'connecting' | 'open' | 'ended' | 'closed';

/**
 * A connection to an application, as a web server has it. Checks write bytes to it and wait for what comes.
 * Every wait has an end: after `patience` milliseconds in which nothing new came, it fails the check.
 */
export class Wire {
  readonly transcript = new Transcript();
  /** All that has come, in its order. */
  readonly received: Scanned[] = [];
  /** The records among it. */
  readonly records: ScannedRecord[] = [];
  readonly #patience: number;
  readonly #scanner = new RecordScanner();
  readonly #socket: Socket;
  #state: WireState = 'connecting';
  #wake: () => void = () => undefined;

  constructor(address: NetConnectOpts, patience: number) {
    this.#patience = patience;
    const socket = connect({ ...address, allowHalfOpen: true });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('connect', () => this.#become('open'));
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => {
      this.transcript.note('The application closed its side.');
      this.#become('ended');
    });
    socket.on('error', (error) => this.transcript.note(`The connection failed: ${error.message}`));
    socket.on('close', () => this.#become('closed'));
  }

  get state(): WireState {
    return this.#state;
  }

  /** Writes; once the connection is gone, the bytes are lost, as those of a web server would be. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(parts);
    this.transcript.add('to-application', bytes);
    if (this.#state === 'closed' || this.#socket.writableEnded) return;
    // An application that does not read must not stop the check: its wait for the answer has an end.
    const isDrained = this.#socket.write(bytes);
    if (!isDrained) await this.#turn(this.#patience, 'drain');
  }

  /** Writes the pieces one by one, with time between them for the peer to read each. */
  async sendPieces(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      await this.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Sends no more, and still receives. */
  halfClose(): void {
    this.transcript.note('The web server closed its side.');
    this.#socket.end();
  }

  /** Closes at once, with all that was not read. TCP resets the connection. */
  destroy(): void {
    if (this.#state === 'closed') return;
    if (this.#socket.remoteFamily === undefined) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Reads no more until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Waits until the connection is made. */
  async opened(): Promise<void> {
    await this.until('It did not accept the connection', () => this.#state !== 'connecting' || undefined);
    if (this.#state === 'closed') fail('It did not accept the connection.');
  }

  /** Waits until `look` finds something in what has come. `otherwise` begins the sentence of the failure. */
  async until<Found>(otherwise: string, look: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#state === 'ended' || this.#state === 'closed')
        fail(`${otherwise}: it closed the connection.`);
      const seen = this.received.length;
      const isSilent = !(await this.#turn(this.#patience));
      if (isSilent && seen === this.received.length) {
        fail(`${otherwise}: nothing more came within ${this.#patience} ms.`);
      }
    }
  }

  /** Waits for the next record that `picks` picks. */
  nextRecord(otherwise: string, picks: (record: ScannedRecord) => boolean): Promise<ScannedRecord> {
    return this.until(otherwise, () => this.records.find(picks));
  }

  /** Waits for the whole answer to a request: the `nth` with this id on this connection. */
  async answer(id: number, nth = 1): Promise<Answer> {
    return this.until(`Request ${id} was not answered`, () => this.answers(id)[nth - 1]);
  }

  /** The answers that are complete. */
  answers(id: number): Answer[] {
    const answers: Answer[] = [];
    let records: ScannedRecord[] = [];
    for (const each of this.records) {
      if (each.requestId !== id) continue;
      records.push(each);
      if (each.type !== RecordType.EndRequest) continue;
      answers.push(readAnswer(records));
      records = [];
    }
    return answers;
  }

  /** Waits until the peer sends no more. */
  async closedByPeer(otherwise = 'It did not close the connection'): Promise<void> {
    for (;;) {
      if (this.#state === 'ended' || this.#state === 'closed') return;
      const seen = this.received.length;
      if (!(await this.#turn(this.#patience)) && seen === this.received.length) {
        fail(`${otherwise} within ${this.#patience} ms.`);
      }
    }
  }

  /** Gives the peer time to take in what was sent: until anything comes, or `time` milliseconds have passed. */
  async settle(time = 50): Promise<void> {
    if (this.#state === 'open' || this.#state === 'connecting') await this.#turn(time);
  }

  #become(state: WireState): void {
    if (state === 'ended' || state === 'closed') {
      this.#scanner.end();
      this.#scan();
    }
    this.#state = state;
    this.#wake();
  }

  #take(bytes: Buffer): void {
    this.transcript.add('from-application', bytes);
    this.#scanner.push(bytes);
    this.#scan();
    this.#wake();
  }

  #scan(): void {
    for (let scanned = this.#scanner.next(); scanned !== undefined; scanned = this.#scanner.next()) {
      this.received.push(scanned);
      if (scanned.kind === 'record') this.records.push(scanned);
    }
  }

  /** Waits for anything new. @returns false where nothing came in time */
  #turn(time: number, event?: 'drain'): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isNew: boolean) => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        if (event !== undefined) this.#socket.off(event, wake);
        resolve(isNew);
      };
      const wake = () => done(true);
      const timer = setTimeout(() => done(false), time);
      this.#wake = wake;
      if (event !== undefined) this.#socket.once(event, wake);
    });
  }
}
