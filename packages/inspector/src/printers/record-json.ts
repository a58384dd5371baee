import { RecordType } from '@fcgi-js/protocol';
import { decodeText } from '../bytes-as-text.ts';
import type { Observation } from '../connection-inspector.ts';
import { headFields } from '../head-fields.ts';
import type { InspectedRequest } from '../inspected-request.ts';
import type { Scanned } from '../record-scanner.ts';
import { toRecord } from '../records/describe-scanned.ts';
import { typeName } from '../records/names.ts';
import { type Secrecy, secrecyOf } from '../secrets/secrecy.ts';
import { jsonText } from '../shown-text.ts';
import type { PrinterOutput } from './printer-output.ts';
import type { RecordingCounts, RecordingPrinter, RecordingPrinterOptions } from './recording-printer.ts';

/** Prints one line of JSON for each record, for what is between records, and for the whole. */
export class RecordJson implements RecordingPrinter {
  readonly #options: RecordingPrinterOptions;
  readonly #output: Pick<PrinterOutput, 'write'>;
  readonly #secrecy: Secrecy;
  #connection: string | undefined;
  #told = new WeakSet<InspectedRequest>();

  constructor(output: Pick<PrinterOutput, 'write'>, options: RecordingPrinterOptions) {
    this.#output = output;
    this.#options = options;
    this.#secrecy = secrecyOf(options);
  }

  connection(name: string | undefined): void {
    this.#connection = name;
  }

  observe({ direction, findings, params, request, scanned }: Observation, time: number | undefined): void {
    const isHeadNew = request?.head !== undefined && !this.#told.has(request);
    if (isHeadNew) this.#told.add(request);
    this.#write({
      ...(this.#connection === undefined ? {} : { connection: this.#connection }),
      direction,
      ...(time === undefined ? {} : { time }),
      ...(scanned === undefined ? { kind: 'end' } : this.#fields(scanned)),
      ...(params.length > 0 && this.#options.params
        ? { params: params.map(([name, value]) => [name, this.#secrecy.value(name, value)]) }
        : {}),
      ...(isHeadNew && this.#options.params && request.head !== undefined
        ? { head: headFields(request.head, this.#secrecy) }
        : {}),
      findings,
    });
  }

  summary(counts: RecordingCounts): void {
    this.#write({ kind: 'summary', ...counts });
  }

  #fields(scanned: Scanned): object {
    if (scanned.kind !== 'record')
      return { kind: scanned.kind, offset: scanned.offset, length: scanned.length };
    const { content, kind, offset, padding, requestId, type } = scanned;
    return {
      kind,
      offset,
      type,
      typeName: typeName(type),
      requestId,
      contentLength: content.length,
      paddingLength: padding.length,
      ...bodyOf(scanned),
      ...(this.#isShown(type) ? { text: this.#secrecy.text(decodeText(content)) } : {}),
    };
  }

  /** STDERR is always shown; bodies where they are asked for. */
  #isShown(type: number): boolean {
    if (type === RecordType.Stderr) return this.#options.params;
    return this.#options.content === true && type >= RecordType.Stdin && type <= RecordType.Data;
  }

  #write(value: object): void {
    this.#output.write(`${jsonText(value)}\n`);
  }
}

/** The numbers in the records of fixed length. */
function bodyOf(scanned: Scanned & { kind: 'record' }): object {
  const record = toRecord(scanned);
  switch (record?.type) {
    case RecordType.BeginRequest:
      return { role: record.role, flags: record.flags };
    case RecordType.EndRequest:
      return { appStatus: record.appStatus, protocolStatus: record.protocolStatus };
    case RecordType.UnknownType:
      return { unknownType: record.unknownType };
    default:
      return {};
  }
}
