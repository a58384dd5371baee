import { type FcgiRecord, RecordType, RemoteProtocolError } from '@fcgi-js/protocol';
import { FcgiClientError } from './errors.ts';

/** Why a connection has gone. */
export interface Loss {
  /** What its requests fail with. Absent where the application closed it. */
  readonly error?: Error;
  /** What the system, or the end of the bytes, said about it, where the application closed it. */
  readonly cause?: Error | undefined;
}

/** What the application does with one request, in its order. */
export interface RequestEvents {
  /** Bytes of STDOUT; never empty. */
  stdout(content: Uint8Array): void;
  /** STDOUT has ended: on its own, or because END_REQUEST came (php-fpm sends nothing before it). */
  stdoutEnd(): void;
  /** Bytes of STDERR; never empty. */
  stderr(content: Uint8Array): void;
  /** END_REQUEST: the id is free again. The last event. */
  end(appStatus: number, protocolStatus: number): void;
  /** The connection has gone. The last event. */
  lost(loss: Loss): void;
  /** The application is there: bytes have come for it, whatever they are. */
  heard(): void;
  /** The connection is, or is no longer, read. */
  flowChanged(): void;
  /** Its reader holds up the other requests of the connection for too long. */
  giveUp(): void;
}

/** What the application answers to GET_VALUES. */
export interface ValuesEvents {
  /** GET_VALUES_RESULT, or UNKNOWN_TYPE with no bytes. The last event. */
  values(content: Uint8Array): void;
  /** The connection has gone. The last event. */
  lost(loss: Loss): void;
}

/** Ids of this size suit applications that keep requests in a small array; above it only when these are taken. */
const SMALL_IDS = 255;
const LAST_ID = 0xffff;
/** Aborted requests whose late output is ignored; with more of them a connection is not used again. */
const ABORTED_LIMIT = 8;

type OutputType = typeof RecordType.Stderr | typeof RecordType.Stdout;

/** How a request waits for END_REQUEST after ABORT_REQUEST; see {@link RequestTable}. */
export type AbortedState = 'aborted' | 'overdue';

/** Where a request stands; see {@link RequestTable}. */
interface Entry {
  readonly events: RequestEvents;
  state: 'active' | AbortedState;
  /** Of its output streams, those that an empty record has ended (§3.3). */
  readonly ended: OutputType[];
}

const EMPTY = new Uint8Array(0);

/**
 * The requests of one connection by their id, and what each of them may still receive.
 *
 * ```text
 *             STDOUT, STDERR: each until its empty record
 *               ┌──┐
 *  open() ───▶ active ── END_REQUEST ──────────────▶ (free)
 *               │                                      ▲
 *               └──── abort() ──▶ aborted ── END_REQUEST
 *                                 overdue
 *                                 (output is dropped)
 * ```
 *
 * A request that timed out is overdue: until its END_REQUEST nothing shows that the application still reads the
 * connection, so no further request may begin on it.
 *
 * Ids go round instead of starting at 1 each time. A record too many after END_REQUEST then belongs to no
 * request and ends the connection; with equal ids it would be taken for the answer to the next request, and
 * from there on each request would get the answer of another one. Only what comes late for an aborted request
 * is ignored: some applications go on writing after they have confirmed the abort.
 */
export class RequestTable {
  readonly #active = new Map<number, Entry>();
  readonly #aborted = new Set<number>();
  #lastId = 0;
  /** Requests in the state 'overdue'. */
  #overdue = 0;
  #values: ValuesEvents | undefined;

  /** Requests between {@link open} and their END_REQUEST. */
  get active(): number {
    return this.#active.size;
  }

  /** Whether a further request may use the connection, as far as its past goes. */
  get reusable(): boolean {
    return this.#aborted.size < ABORTED_LIMIT;
  }

  /** Whether requests that timed out have not been ended yet. */
  get overdue(): boolean {
    return this.#overdue > 0;
  }

  /**
   * Makes a request active.
   *
   * @param events where everything goes that comes for it
   * @returns its id
   */
  open(events: RequestEvents): number {
    const requestId = this.#freeId();
    this.#lastId = requestId;
    this.#active.set(requestId, { ended: [], events, state: 'active' });
    return requestId;
  }

  /** Waits for the answer to GET_VALUES, which must have been sent. */
  awaitValues(events: ValuesEvents): void {
    this.#values = events;
  }

  /** Forgets a request of which nothing was sent. */
  remove(requestId: number): void {
    this.#active.delete(requestId);
  }

  /**
   * ABORT_REQUEST has been sent: of what comes now, only END_REQUEST counts.
   *
   * @param state 'overdue' where the application has taken too long
   */
  abort(requestId: number, state: AbortedState): void {
    const entry = this.#active.get(requestId);
    if (entry === undefined) return;
    entry.state = state;
    if (state === 'overdue') this.#overdue += 1;
  }

  /**
   * Takes a record from the application.
   *
   * @throws FcgiClientError or RemoteProtocolError where an application may not send it now; the connection has to be
   *   closed
   */
  receive(record: FcgiRecord): void {
    switch (record.type) {
      case RecordType.Stdout:
      case RecordType.Stderr:
        this.#stream(record.type, record.requestId, record.content);
        break;
      case RecordType.EndRequest:
        this.#end(record.requestId, record.appStatus, record.protocolStatus);
        break;
      case RecordType.GetValuesResult:
        this.#answerValues(record.type, record.content);
        break;
      case RecordType.UnknownType:
        this.#answerValues(record.type, EMPTY);
        break;
      default:
        throw new FcgiClientError(
          'FCGI_RECORD_UNEXPECTED',
          `An application does not send records of type ${numberOf(record)}.`,
        );
    }
  }

  /** Bytes have come, for whichever request. */
  heard(): void {
    for (const { events } of this.#active.values()) events.heard();
  }

  /** The connection is, or is no longer, read. */
  flowChanged(): void {
    for (const { events } of this.#active.values()) events.flowChanged();
  }

  /** The reader of a request holds up the others for too long. */
  giveUp(requestId: number): void {
    this.#active.get(requestId)?.events.giveUp();
  }

  /** The connection has gone, and all requests with it. */
  lose(loss: Loss): void {
    const entries = [...this.#active.values()];
    const values = this.#values;
    this.#active.clear();
    this.#values = undefined;
    for (const { events } of entries) events.lost(loss);
    values?.lost(loss);
  }

  #stream(type: OutputType, requestId: number, content: Uint8Array): void {
    const entry = this.#find(type, requestId);
    if (entry === undefined || entry.state !== 'active') return;
    const { ended, events } = entry;
    if (ended.includes(type)) {
      throw new RemoteProtocolError(
        'FCGI_RECORD_AFTER_END',
        'connection',
        `The stream of type ${type} of request ${requestId} had ended with an empty record (§3.3), but another record of it follows, with ${content.length} bytes.`,
      );
    }
    if (content.length === 0) {
      ended.push(type);
      if (type === RecordType.Stdout) events.stdoutEnd();
    } else if (type === RecordType.Stdout) {
      events.stdout(content);
    } else {
      events.stderr(content);
    }
  }

  #end(requestId: number, appStatus: number, protocolStatus: number): void {
    const entry = this.#find(RecordType.EndRequest, requestId);
    if (entry === undefined) return;
    this.#active.delete(requestId);
    if (entry.state === 'overdue') this.#overdue -= 1;
    if (entry.state !== 'active') this.#aborted.add(requestId);
    else if (!entry.ended.includes(RecordType.Stdout)) entry.events.stdoutEnd();
    entry.events.end(appStatus, protocolStatus);
  }

  #answerValues(type: number, content: Uint8Array): void {
    const values = this.#values;
    if (values === undefined) {
      throw new FcgiClientError(
        'FCGI_RECORD_UNEXPECTED',
        `A record of type ${type} answers a question (§4), but none was asked.`,
      );
    }
    this.#values = undefined;
    values.values(content);
  }

  /** The request of a record, or `undefined` where the record is to be ignored. */
  #find(type: number, requestId: number): Entry | undefined {
    const entry = this.#active.get(requestId);
    entry?.events.heard();
    if (entry !== undefined || this.#aborted.has(requestId)) return entry;
    throw new FcgiClientError(
      'FCGI_REQUEST_ID_UNKNOWN',
      `A record of type ${type} belongs to request ${requestId}, which is not active.`,
    );
  }

  #freeId(): number {
    const last = this.#active.size + this.#aborted.size < SMALL_IDS ? SMALL_IDS : LAST_ID;
    let requestId = this.#lastId;
    do {
      requestId = requestId >= last ? 1 : requestId + 1;
    } while (this.#active.has(requestId) || this.#aborted.has(requestId));
    return requestId;
  }
}

function numberOf(record: FcgiRecord): number {
  return record.type === 'undefined' ? record.undefinedType : record.type;
}
