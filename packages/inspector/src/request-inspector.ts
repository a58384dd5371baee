import { type CgiResponseHead, CgiResponseParser, FcgiClientError } from '@fcgi-js/client';
import { RecordType, Role } from '@fcgi-js/protocol';
import { START_BYTES, startText } from './bytes-as-text.ts';
import type { Report } from './finding.ts';
import type { InspectedRequest, RequestEnd, StreamType } from './inspected-request.ts';
import { type Param, ParamPairs } from './param-pairs.ts';
import { typeName } from './records/names.ts';

/** How far one stream has come. */
type StreamState = 'ended' | 'open' | 'untouched';

/** Follows one request, and checks the rules that concern more than one of its records. */
export class RequestInspector implements InspectedRequest {
  aborted = false;
  bodyLength = 0;
  end: RequestEnd | undefined;
  head: CgiResponseHead | undefined;
  readonly id: number;
  readonly keepConn: boolean;
  readonly params = new Map<string, string>();
  readonly role: number;
  readonly #pairs = new ParamPairs();
  readonly #head = new CgiResponseParser({ headBytes: 1_048_576, headFields: 10_000 });
  #isHeadBroken = false;
  /** What the output begins with, as long as its head is not whole. */
  #start = Buffer.alloc(0);
  readonly #lengths = new Map<StreamType, number>();
  readonly #states = new Map<StreamType, StreamState>();
  /** Only what the application sends is visible. */
  readonly #isOneSided: boolean;

  constructor(id: number, role: number, keepConn: boolean, isOneSided: boolean) {
    this.id = id;
    this.role = role;
    this.keepConn = keepConn;
    this.#isOneSided = isOneSided;
  }

  lengthOf(type: StreamType): number {
    return this.#lengths.get(type) ?? 0;
  }

  /**
   * Takes the content of a stream record.
   *
   * @returns the params that it completes
   */
  take(type: StreamType, content: Uint8Array, report: Report): Param[] {
    this.#checkOrder(type, content, report);
    this.#states.set(type, content.length === 0 ? 'ended' : 'open');
    this.#lengths.set(type, this.lengthOf(type) + content.length);
    if (type === RecordType.Stdout) this.#takeOutput(content, report);
    if (content.length === 0) this.#endInput(type, report);
    if (type !== RecordType.Params || content.length === 0) return [];
    const pairs = this.#pairs.read(content, report);
    for (const [name, value] of pairs) this.params.set(name, value);
    return pairs;
  }

  /** END_REQUEST has come. */
  finish(end: RequestEnd, report: Report): void {
    this.end = end;
    if (this.aborted || end.protocolStatus !== 0) return;
    const output = this.#stateOf(RecordType.Stdout);
    if (output === 'untouched') {
      report(
        'error',
        'The request has ended without STDOUT: some web servers answer 200 to that, others 500.',
        '6.2',
      );
      return;
    }
    if (!this.#isHeadBroken && this.head === undefined) {
      report(
        'error',
        `The request has ended without a whole head: the blank line after it is missing. The output starts with ${startText(this.#start)}.`,
        '6.2',
      );
    }
    const open = ([RecordType.Stdout, RecordType.Stderr] as const).filter(
      (type) => this.#stateOf(type) === 'open',
    );
    if (open.length > 0) {
      const names = open.map(typeName).join(' and ');
      report('notice', `${names} did not end with an empty record; END_REQUEST stands for it.`, '6.1');
    }
  }

  /** The connection has ended. */
  cutOff(report: Report): void {
    const open = ([RecordType.Params, RecordType.Stdin] as const).filter(
      (type) => !this.#isOneSided && this.#stateOf(type) !== 'ended',
    );
    const what = this.role === Role.Authorizer ? open.filter((type) => type === RecordType.Params) : open;
    if (what.length > 0) {
      report('error', `Request ${this.id}: ${what.map(typeName).join(' and ')} never ended.`, '3.3');
    }
  }

  #checkOrder(type: StreamType, content: Uint8Array, report: Report): void {
    if (this.#stateOf(type) === 'ended') {
      const more = content.length === 0 ? 'Another end' : 'More';
      report('error', `${more} of ${typeName(type)} after its end.`, '3.3');
    }
    const earlier = this.#missingBefore(type);
    if (earlier !== undefined) {
      report('error', `${typeName(type)} comes before the end of ${typeName(earlier)}.`, '6.1');
    }
    if (type === RecordType.Data && this.role !== Role.Filter && !this.#isOneSided) {
      report('error', 'DATA is for filters only.', '6.4');
    }
  }

  #missingBefore(type: StreamType): StreamType | undefined {
    if (this.#isOneSided || type === RecordType.Params) return undefined;
    if (this.#stateOf(RecordType.Params) !== 'ended') return RecordType.Params;
    if (type === RecordType.Data && this.#stateOf(RecordType.Stdin) !== 'ended') return RecordType.Stdin;
    return undefined;
  }

  #endInput(type: StreamType, report: Report): void {
    if (type === RecordType.Params) this.#pairs.end(report);
    const announcing = {
      [RecordType.Stdin]: 'CONTENT_LENGTH',
      [RecordType.Data]: 'FCGI_DATA_LENGTH',
    } as const;
    const name = type === RecordType.Stdin || type === RecordType.Data ? announcing[type] : undefined;
    const announced = name === undefined ? '' : (this.params.get(name) ?? '');
    if (/^\d+$/.test(announced) && Number(announced) !== this.lengthOf(type)) {
      report(
        'error',
        `${name} announces ${announced} bytes, but ${typeName(type)} has ${this.lengthOf(type)}.`,
        type === RecordType.Stdin ? '6.2' : '6.4',
      );
    }
  }

  #takeOutput(content: Uint8Array, report: Report): void {
    if (this.#isHeadBroken || content.length === 0) return;
    if (this.head !== undefined) {
      this.bodyLength += content.length;
      return;
    }
    this.#start = Buffer.concat([this.#start, content.subarray(0, START_BYTES - this.#start.length)]);
    try {
      this.#head.push(content);
      for (let part = this.#head.next(); part !== undefined; part = this.#head.next()) {
        if (part.type === 'head') this.head = part.head;
        else this.bodyLength += part.content.length;
      }
    } catch (error) {
      this.#isHeadBroken = true;
      report('error', error instanceof FcgiClientError ? error.message : String(error), '6.2');
    }
  }

  #stateOf(type: StreamType): StreamState {
    return this.#states.get(type) ?? 'untouched';
  }
}
