import { RecordType } from '@fcgi-js/protocol';
import { ConnectionInspector, type Observation } from '../connection-inspector.ts';
import type { Direction, Finding } from '../finding.ts';
import type { InspectedRequest } from '../inspected-request.ts';
import { KeptStderr } from './kept-stderr.ts';

/** Findings that are kept of one request: where each record breaks a rule, more of them tell nothing new. */
const FINDINGS = 1_000;

/** What is known about one request that passes. */
export interface PassingRequest {
  /** When its first record came, in milliseconds since 1970. */
  readonly began: number;
  readonly connection: number;
  readonly findings: Finding[];
  /** When its first record came back. */
  firstRecord?: number;
  readonly request: InspectedRequest;
  readonly stderr: KeptStderr;
}

/** Shows what passes. */
export interface TapPrinter {
  /** A record, or bytes that are none. */
  observed(connection: number, observation: Observation, time: number): void;
  /** A request is over; `isWhole` where END_REQUEST has come. */
  finished(passing: PassingRequest, time: number, isWhole: boolean): void;
}

/** Follows the requests of one connection. */
export class RequestLog {
  readonly #connection: number;
  readonly #passing = new Map<InspectedRequest, PassingRequest>();
  readonly #printer: TapPrinter;
  readonly #watch = new ConnectionInspector('both');

  constructor(connection: number, printer: TapPrinter) {
    this.#connection = connection;
    this.#printer = printer;
  }

  /** Requests that are not over. */
  get active(): number {
    return this.#passing.size;
  }

  /** Takes what passes; `undefined` for the end of a direction. */
  passes(direction: Direction, bytes: Uint8Array | undefined, time: number): void {
    const observations =
      bytes === undefined ? this.#watch.end(direction) : this.#watch.push(direction, bytes);
    for (const observation of observations) this.#observe(observation, time);
  }

  /** The connection has gone. */
  close(time: number): void {
    for (const direction of ['to-application', 'from-application'] as const)
      this.passes(direction, undefined, time);
    for (const observation of this.#watch.close()) this.#observe(observation, time);
    for (const passing of this.#passing.values()) this.#printer.finished(passing, time, false);
    this.#passing.clear();
  }

  #observe(observation: Observation, time: number): void {
    const { direction, findings, request, scanned } = observation;
    const passing = request === undefined ? undefined : this.#find(request, time);
    if (passing !== undefined)
      passing.findings.push(...findings.slice(0, FINDINGS - passing.findings.length));
    if (passing !== undefined && direction === 'from-application') passing.firstRecord ??= time;
    if (scanned?.kind === 'record' && scanned.type === RecordType.Stderr)
      passing?.stderr.add(scanned.content);
    this.#printer.observed(this.#connection, observation, time);
    if (passing === undefined || request?.end === undefined) return;
    this.#passing.delete(request);
    this.#printer.finished(passing, time, true);
  }

  #find(request: InspectedRequest, time: number): PassingRequest {
    const known = this.#passing.get(request);
    if (known !== undefined) return known;
    const stderr = new KeptStderr();
    const passing = { began: time, connection: this.#connection, findings: [], request, stderr };
    this.#passing.set(request, passing);
    return passing;
  }
}
