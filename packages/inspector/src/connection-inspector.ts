import { RecordType, Role } from '@fcgi-js/protocol';
import type { Direction, Finding, Report } from './finding.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Param } from './param-pairs.ts';
import { checkRecord } from './record-rules.ts';
import { RecordScanner, type Scanned, type ScannedBytes, type ScannedRecord } from './record-scanner.ts';
import { roleName, typeName } from './records/names.ts';
import { RequestInspector } from './request-inspector.ts';

/** The next record of a connection, or bytes that are not one, with everything known after it. */
export interface Observation {
  /** The side that sent it. */
  readonly direction: Direction;
  /** What is wrong with it; empty where nothing is. */
  readonly findings: readonly Finding[];
  /** The params that this record completes, in their order. */
  readonly params: readonly Param[];
  /** The request of this record; `undefined` for management records, and for records of no active request. */
  readonly request: InspectedRequest | undefined;
  /** The record, or the bytes; missing in observations of {@link ConnectionInspector.close}. */
  readonly scanned?: Scanned;
}

/**
 * Inspects one connection from outside: cuts the bytes of each direction into records, follows the requests, and checks
 * them against the specification. It never throws, whatever the bytes are.
 *
 * ```ts
 * const inspector = new ConnectionInspector();
 * for (const { findings } of inspector.push('to-application', bytes)) console.log(findings);
 * ```
 *
 * Memory: one incomplete record for each direction, and for each active request its params (1 MiB at most) and the head
 * of its response (1 MiB at most).
 */
export class ConnectionInspector {
  readonly #active = new Map<number, RequestInspector>();
  /** Ids whose request has ended. */
  readonly #ended = new Set<number>();
  readonly #positions: Record<Direction, number> = { 'from-application': 0, 'to-application': 0 };
  readonly #scanners: Record<Direction, RecordScanner> = {
    'from-application': new RecordScanner(),
    'to-application': new RecordScanner(),
  };
  readonly #seen: 'both' | Direction;
  /** A request without FCGI_KEEP_CONN has ended, and with it the connection. */
  #isDone = false;
  #wasAsked = false;

  /**
   * @param seen the directions whose bytes will be pushed. With one of them, rules about the other are not checked.
   *   `'both'` by default
   */
  constructor(seen: 'both' | Direction = 'both') {
    this.#seen = seen;
  }

  /**
   * Takes the next bytes of one direction, cut anywhere. Push both directions in the order in which they were sent.
   *
   * The result is lazy: iterate over it to its end before the next call.
   *
   * @param bytes must not change afterwards
   */
  push(direction: Direction, bytes: Uint8Array): Iterable<Observation> {
    this.#scanners[direction].push(bytes);
    return this.#drain(direction);
  }

  /** One direction has ended. The result is lazy, as that of {@link push}. */
  end(direction: Direction): Iterable<Observation> {
    this.#scanners[direction].end();
    return this.#drain(direction);
  }

  /** The connection has ended; call {@link end} for both directions before. Reports requests that have not ended. */
  close(): Observation[] {
    const observations: Observation[] = [];
    for (const request of this.#active.values()) {
      const findings: Finding[] = [];
      const direction = this.#seen === 'to-application' ? 'to-application' : 'from-application';
      const report = this.#reporter(findings, this.#positions[direction]);
      request.cutOff(report);
      if (this.#seen !== 'to-application' && !request.aborted) {
        report('error', `Request ${request.id}: the connection ended without END_REQUEST.`, '5.5');
      }
      if (findings.length > 0) observations.push({ direction, findings, params: [], request });
    }
    this.#active.clear();
    return observations;
  }

  *#drain(direction: Direction): Generator<Observation> {
    const scanner = this.#scanners[direction];
    for (let scanned = scanner.next(); scanned !== undefined; scanned = scanner.next()) {
      const findings: Finding[] = [];
      const report = this.#reporter(findings, scanned.offset);
      let params: Param[] = [];
      let request: RequestInspector | undefined;
      if (scanned.kind === 'record') {
        checkRecord(scanned, direction, report);
        request = this.#requestOf(scanned, report);
        params = this.#follow(scanned, request, report);
        this.#positions[direction] = scanned.offset + 8 + scanned.content.length + scanned.padding.length;
      } else {
        reportBytes(scanned, report);
        this.#positions[direction] = scanned.offset + scanned.length;
      }
      yield { direction, findings, params, request, scanned };
    }
  }

  #requestOf(record: ScannedRecord, report: Report): RequestInspector | undefined {
    const { content, requestId, type } = record;
    if (requestId === 0 || type > RecordType.Data || type === 0) return undefined;
    if (type === RecordType.BeginRequest) return this.#begin(requestId, content, report);
    const request = this.#active.get(requestId);
    if (request !== undefined) return request;
    if (this.#seen === 'from-application' && !this.#ended.has(requestId)) {
      const begun = new RequestInspector(requestId, Role.Responder, true, true);
      this.#active.set(requestId, begun);
      return begun;
    }
    this.#reportStray(type, requestId, report);
    return undefined;
  }

  #begin(requestId: number, content: Uint8Array, report: Report): RequestInspector {
    if (this.#active.has(requestId)) {
      report('error', `The id ${requestId} is that of a request that has not ended.`, '3.3', 2);
    } else if (this.#active.size > 0 && this.#seen === 'both') {
      report(
        'notice',
        `${this.#active.size} other on this connection has not ended: this is multiplexed.`,
        '3.3',
      );
    }
    if (this.#isDone) {
      report('error', 'The request before had no FCGI_KEEP_CONN: the application closes after it.', '5.1');
    }
    const [high = 0, low = 0, flags = 0] = content;
    const request = new RequestInspector(requestId, high * 256 + low, (flags & 1) !== 0, false);
    this.#active.set(requestId, request);
    this.#ended.delete(requestId);
    return request;
  }

  #reportStray(type: number, requestId: number, report: Report): void {
    const isInput = type === RecordType.Stdin || type === RecordType.Data || type === RecordType.AbortRequest;
    if (!this.#ended.has(requestId)) {
      report('error', `No request with the id ${requestId} has begun; the record is ignored.`, '3.3', 2);
    } else if (isInput) {
      report('notice', `Request ${requestId} had ended already; the record is ignored.`, '3.3', 2);
    } else {
      report('error', `${typeName(type)} after the END_REQUEST of request ${requestId}.`, '3.3', 2);
    }
  }

  #follow(record: ScannedRecord, request: RequestInspector | undefined, report: Report): Param[] {
    const { content, type } = record;
    switch (type) {
      case RecordType.Params:
      case RecordType.Stdin:
      case RecordType.Stdout:
      case RecordType.Stderr:
      case RecordType.Data:
        return request?.take(type, content, report) ?? [];
      case RecordType.EndRequest:
        if (request !== undefined && content.length === 8) this.#finish(request, content, report);
        return [];
      case RecordType.AbortRequest:
        if (request !== undefined) request.aborted = true;
        return [];
      case RecordType.GetValues:
        this.#wasAsked = true;
        return [];
      case RecordType.GetValuesResult:
        if (!this.#wasAsked && this.#seen === 'both')
          report('error', 'GET_VALUES did not come before it.', '4.1');
        return [];
      default:
        return [];
    }
  }

  #finish(request: RequestInspector, content: Uint8Array, report: Report): void {
    const appStatus = Buffer.from(content.buffer, content.byteOffset, 4).readUInt32BE(0);
    request.finish({ appStatus, protocolStatus: content[4] ?? 0 }, report);
    if (content[4] === 3 && request.role >= 1 && request.role <= 3) {
      report('notice', `The application does not offer the role ${roleName(request.role)}.`, '5.5');
    }
    this.#active.delete(request.id);
    this.#ended.add(request.id);
    this.#isDone ||= !request.keepConn;
  }

  #reporter(findings: Finding[], offset: number): Report {
    return (level, message, section, place = 0) => {
      const rule =
        section === undefined
          ? {}
          : { rule: section === 'A' ? 'FastCGI 1.0, appendix A' : `FastCGI 1.0 §${section}` };
      findings.push({ level, message, offset: offset + place, ...rule });
    };
  }
}

function reportBytes({ kind, length, start, wanted }: ScannedBytes, report: Report): void {
  if (kind === 'zeros') {
    report('notice', 'Eight zero bytes that are no record; Cherokee sends them after an empty STDIN.', '3.3');
  } else if (kind === 'garbage') {
    const isHttp = /^(?:[A-Z]{3,7} \/\S* )?HTTP\/\d/.test(Buffer.from(start).toString('latin1'));
    const guess = isHttp ? ' This is HTTP.' : '';
    report(
      'error',
      `${length} bytes that are no record: a record begins with its version, 1.${guess}`,
      '3.3',
    );
  } else {
    const whole = wanted === undefined ? 'of 8 bytes of a header' : `of ${wanted} bytes of a record`;
    report('error', `The stream ends after ${length} ${whole}.`, '3.3');
  }
}
