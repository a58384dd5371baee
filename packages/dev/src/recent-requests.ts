import {
  type Direction,
  decodeText,
  describeScanned,
  type Finding,
  headFields,
  type InspectedRequest,
  type Observation,
  roleName,
  type Secrecy,
  typeName,
} from '@fcgi-js/inspector';
import type { PassingRequest, TapPrinter } from '@fcgi-js/inspector/tap';
import { RecordType } from '@fcgi-js/protocol';

/** Requests that are kept. */
const REQUESTS = 100;
/** Records, and params or fields, that are kept of each. */
const RECORDS = 200;
const PAIRS = 200;
/** Characters that are kept of each text. */
const TEXT = 8_192;

/** A record that has passed. */
export interface RecentRecord {
  readonly description: string;
  readonly direction: Direction;
  /** Milliseconds since the request began. */
  readonly after: number;
  readonly id: number;
  readonly length: number;
  readonly type: string;
}

/** A request that has passed, or passes. What may be secret is hidden in it already. */
export interface RecentRequest {
  readonly began: number;
  /** Bytes after the head of the response. */
  bodyLength: number;
  fields: ReadonlyArray<readonly [name: string, value: string]>;
  findings: readonly Finding[];
  /** `undefined` while it is under way. */
  milliseconds?: number;
  method: string;
  /** Counted from 1. */
  readonly number: number;
  /** What is unusual about its end, in words. */
  notes: readonly string[];
  params: ReadonlyArray<readonly [name: string, value: string]>;
  readonly records: RecentRecord[];
  recordsLeftOut: number;
  /** `undefined` where there is no head. */
  status?: number;
  stderr: string;
  url: string;
}

/** The requests that have passed last, in a bounded amount of memory. */
export class RecentRequests implements TapPrinter {
  /** Grows with everything that happens. */
  revision = 0;
  readonly #kept: RecentRequest[] = [];
  readonly #byRequest = new WeakMap<InspectedRequest, RecentRequest>();
  readonly #secrecy: Secrecy;
  #count = 0;

  constructor(secrecy: Secrecy) {
    this.#secrecy = secrecy;
  }

  /** The latest first. */
  get latest(): readonly RecentRequest[] {
    return this.#kept.toReversed();
  }

  observed(_connection: number, { direction, request, scanned }: Observation, time: number): void {
    if (request === undefined) return;
    const kept = this.#find(request, time);
    if (scanned?.kind !== 'record') return;
    this.revision += 1;
    if (scanned.type === RecordType.Params) {
      kept.method = request.params.get('REQUEST_METHOD') ?? roleName(request.role);
      kept.url = cut(this.#secrecy.value('REQUEST_URI', request.params.get('REQUEST_URI') ?? ''));
    }
    if (kept.records.length >= RECORDS) {
      kept.recordsLeftOut += 1;
      return;
    }
    kept.records.push({
      after: time - kept.began,
      description: describeScanned(scanned),
      direction,
      id: scanned.requestId,
      length: scanned.content.length,
      type: typeName(scanned.type),
    });
  }

  finished({ findings, request, stderr }: PassingRequest, time: number, isWhole: boolean): void {
    const kept = this.#find(request, time);
    const { aborted, bodyLength, end, head } = request;
    this.revision += 1;
    kept.milliseconds = time - kept.began;
    kept.bodyLength = bodyLength;
    kept.params = pairs([...request.params].map(([name, value]) => [name, this.#secrecy.value(name, value)]));
    if (head !== undefined) {
      kept.status = head.status;
      kept.fields = pairs(headFields(head, this.#secrecy));
    }
    kept.findings = findings.slice(0, PAIRS);
    kept.stderr = cut(this.#secrecy.text(decodeText(stderr.bytes)));
    kept.notes = [
      ...(aborted ? ['aborted'] : []),
      ...(isWhole ? [] : ['no END_REQUEST']),
      ...(end !== undefined && end.appStatus !== 0 ? [`appStatus ${end.appStatus}`] : []),
    ];
  }

  #find(request: InspectedRequest, time: number): RecentRequest {
    const known = this.#byRequest.get(request);
    if (known !== undefined) return known;
    this.#count += 1;
    const kept: RecentRequest = {
      began: time,
      bodyLength: 0,
      fields: [],
      findings: [],
      method: '',
      notes: [],
      number: this.#count,
      params: [],
      records: [],
      recordsLeftOut: 0,
      stderr: '',
      url: '',
    };
    this.#byRequest.set(request, kept);
    this.#kept.push(kept);
    if (this.#kept.length > REQUESTS) this.#kept.shift();
    return kept;
  }
}

function pairs(given: ReadonlyArray<readonly [string, string]>): Array<[string, string]> {
  return given.slice(0, PAIRS).map(([name, value]) => [cut(name), cut(value)]);
}

function cut(text: string): string {
  return text.length > TEXT ? `${text.slice(0, TEXT)}…` : text;
}
