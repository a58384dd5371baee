import { Buffer } from 'node:buffer';
import { RecordType } from '@fcgi-js/protocol';
import { type Check, CheckFailure, expectThat, fail, skip } from '../check.ts';
import type { Answer } from '../wire/answer.ts';
import { begin, latin1, type Pair, pairBytes, record, wholeStream } from '../wire/records.ts';
import { Wire } from '../wire/wire.ts';
import type { ApplicationTarget } from './target.ts';

/** A check of an application. */
export type ApplicationCheck = Check<ApplicationSession>;

/** What differs from a plain GET. */
export interface RequestShape {
  /** The body; CONTENT_LENGTH and the method POST go with it unless `params` has others. */
  readonly body?: Uint8Array | string;
  /** Of BEGIN_REQUEST; 0 by default. */
  readonly flags?: number;
  /** Params instead of those of the same name, or beside the others; `undefined` leaves one out. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly role?: number;
  /** The path and query; `/` by default. */
  readonly target?: string;
}

/** BEGIN_REQUEST asks to keep the connection. */
export const KEEP = 1;

/** Milliseconds after which a connection that is closed after an answer is known to be. */
const CLOSE_NOTICED = 200;
/** Milliseconds after which the end of a process is known. */
const END_NOTICED = 100;
/** Of a check with many connections, the last ones are shown. */
const SHOWN_WIRES = 3;

const BASE: Readonly<Record<string, string>> = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  SERVER_SOFTWARE: 'fcgi-conformance',
  SERVER_NAME: 'localhost',
  SERVER_PORT: '80',
  SERVER_PROTOCOL: 'HTTP/1.1',
  REMOTE_ADDR: '127.0.0.1',
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: '',
  HTTP_HOST: 'localhost',
};

/** What is found out about an application once, for all checks. */
export interface ApplicationFacts {
  /** Whether it leaves a connection open after a request with KEEP_CONN. */
  keepsConnections?: boolean;
}

/** What one check needs to talk to an application. */
export class ApplicationSession {
  readonly #wires: Wire[] = [];
  readonly #facts: ApplicationFacts;
  readonly #params: Readonly<Record<string, string>>;
  readonly #patience: number;
  readonly #target: ApplicationTarget;

  /**
   * @param params what the application needs beside the usual params, such as SCRIPT_FILENAME of php-fpm
   * @param patience milliseconds to wait for anything new
   * @param facts what earlier checks have found out
   */
  constructor(
    target: ApplicationTarget,
    params: Readonly<Record<string, string>>,
    patience: number,
    facts: ApplicationFacts,
  ) {
    this.#facts = facts;
    this.#target = target;
    this.#params = params;
    this.#patience = patience;
  }

  /** A new connection. */
  async connect(): Promise<Wire> {
    const wire = this.open();
    await wire.opened();
    return wire;
  }

  /** A connection that may still be waiting to be made. */
  open(): Wire {
    const wire = new Wire(this.#target.address, this.#patience);
    this.#wires.push(wire);
    return wire;
  }

  /** Closes all connections of the check. */
  close(): void {
    for (const wire of this.#wires) wire.destroy();
  }

  /** What passed on each connection. */
  transcripts(): string[][] {
    return this.#wires.slice(-SHOWN_WIRES).map((wire) => wire.transcript.lines());
  }

  /** The name-value pairs of a request. */
  params({ body, params, target = '/' }: RequestShape = {}): Pair[] {
    const mark = target.indexOf('?');
    const path = mark === -1 ? target : target.slice(0, mark);
    const url = {
      PATH_INFO: path,
      QUERY_STRING: mark === -1 ? '' : target.slice(mark + 1),
      REQUEST_URI: target,
    };
    const entity =
      body === undefined
        ? {}
        : {
            CONTENT_LENGTH: String(body.length),
            CONTENT_TYPE: 'application/octet-stream',
            REQUEST_METHOD: 'POST',
          };
    const all: Record<string, string | undefined> = {
      ...BASE,
      ...url,
      ...entity,
      ...this.#params,
      ...params,
    };
    return Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
  }

  paramBytes(shape?: RequestShape): Buffer {
    return pairBytes(this.params(shape));
  }

  /** BEGIN_REQUEST and PARAMS with its end. */
  head(id: number, shape: RequestShape = {}): Buffer {
    return Buffer.concat([begin(id, shape), wholeStream(RecordType.Params, id, this.paramBytes(shape))]);
  }

  /** All records of a request. */
  request(id: number, shape: RequestShape = {}): Buffer {
    const { body = '' } = shape;
    const bytes = typeof body === 'string' ? latin1(body) : body;
    return Buffer.concat([this.head(id, shape), wholeStream(RecordType.Stdin, id, bytes)]);
  }

  /** The answer to one request on a connection of its own, which the application closes. */
  async exchange(shape: RequestShape = {}, id = 1): Promise<Answer> {
    return this.exchangeBytes(this.request(id, shape), id);
  }

  /** The answer to a request in other records. */
  async exchangeBytes(bytes: Uint8Array, id = 1): Promise<Answer> {
    const wire = await this.connect();
    await wire.send(bytes);
    const answer = await wire.answer(id);
    wire.destroy();
    return answer;
  }

  /** A connection on which one request was answered, and which is still open. Without one the check is skipped. */
  async keptWire(shape: RequestShape = {}): Promise<Wire> {
    const wire = await this.connect();
    await wire.send(this.request(1, { flags: KEEP, ...shape }));
    await wire.answer(1);
    if (this.#facts.keepsConnections === undefined) {
      await wire.settle(CLOSE_NOTICED);
      this.#facts.keepsConnections = wire.state === 'open';
    }
    if (!this.#facts.keepsConnections) skip('The application keeps no connection open; check 131 has that.');
    return wire;
  }

  /** Fails unless a plain request on a new connection is answered. */
  async stillAnswers(after: string): Promise<void> {
    const { ended } = this.#target;
    if (ended !== undefined) fail(`${ended} That was after ${after}.`);
    const wire = this.open();
    try {
      await wire.opened();
      await wire.send(this.request(1));
      await wire.answer(1);
    } catch {
      fail(`${this.#target.ended ?? 'A plain request on a new connection is not answered'} after ${after}.`);
    }
    wire.destroy();
  }

  /** Sends bytes that are wrong on a connection of their own, and expects that the next one is served. */
  async survives(after: string, bytes: Uint8Array): Promise<void> {
    const wire = await this.connect();
    await wire.send(bytes);
    await wire.settle();
    // Some serve one connection at a time: they go on when this one has gone.
    wire.destroy();
    await this.stillAnswers(after);
  }

  /** Fails unless the same connection still answers, which shows that it has read all before. */
  async answersOn(wire: Wire, id: number, after: string, nth = 1): Promise<Answer> {
    await wire.send(this.request(id, { flags: KEEP }));
    try {
      return await wire.answer(id, nth);
    } catch {
      return fail(`The next request on the same connection is not answered after ${after}.`);
    }
  }

  /** Time for a request that takes its time: longer than a check waits. */
  get slowTime(): number {
    return Math.round(this.#patience * 1.5);
  }

  /** Waits, after a failure, until the application serves again what comes next, if it ever does. */
  async recover(): Promise<void> {
    const wire = new Wire(this.#target.address, this.#patience * 3);
    try {
      await wire.send(this.request(1));
      await wire.answer(1);
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      // A process that has just ended is known to have ended a moment later.
      await new Promise((resolve) => setTimeout(resolve, END_NOTICED));
    }
    wire.destroy();
  }

  /** Whether the application has the routes of the probe contract. */
  async offersProbe(): Promise<boolean> {
    const text = 'fcgi conformance';
    try {
      const { body } = await this.exchange({ body: text, target: '/echo' });
      return body.toString('latin1') === text;
    } catch (error) {
      if (error instanceof CheckFailure) return false;
      throw error;
    }
  }

  /** What the probe answers at a path. Skips the check where the application does not offer it. */
  async probe(target: string, shape: RequestShape = {}): Promise<Answer> {
    const answer = await this.exchange({ ...shape, target });
    skipUnoffered(answer, target);
    return answer;
  }
}

/** The probe contract: a route that an application cannot offer answers 501. */
export function skipUnoffered(answer: Answer, target: string): void {
  if (answer.head?.some((line) => /^status:\s*501\b/i.test(line)) === true) {
    skip(`The application does not offer ${target.split('?')[0]}.`);
  }
}

/** Fails unless END_REQUEST says that the request was served. */
export function expectComplete({ protocolStatus }: Answer): void {
  expectThat(
    protocolStatus === 0,
    `END_REQUEST has protocolStatus ${protocolStatus}, not REQUEST_COMPLETE (0).`,
  );
}

/** An empty record of the given type. */
export function streamEnd(type: number, id: number): Buffer {
  return record(type, id);
}
