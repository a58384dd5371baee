import { decodeText } from '../bytes-as-text.ts';
import type { Observation } from '../connection-inspector.ts';
import { headFields } from '../head-fields.ts';
import { typeName } from '../records/names.ts';
import { type Secrecy, secrecyOf } from '../secrets/secrecy.ts';
import { jsonText } from '../shown-text.ts';
import type { PassingRequest, TapPrinter } from '../tap/request-log.ts';
import type { PrinterOutput } from './printer-output.ts';
import type { TapPrinterOptions } from './tap-printer-options.ts';

/** Prints a line of JSON for each request when it is over, and for what belongs to no request. */
export class TapJson implements TapPrinter {
  readonly #options: TapPrinterOptions;
  readonly #output: Pick<PrinterOutput, 'write'>;
  readonly #secrecy: Secrecy;

  constructor(output: Pick<PrinterOutput, 'write'>, options: TapPrinterOptions) {
    this.#output = output;
    this.#options = options;
    this.#secrecy = secrecyOf(options);
  }

  observed(connection: number, { direction, findings, request, scanned }: Observation, time: number): void {
    const isStray = request === undefined && findings.length > 0;
    if (this.#options.records !== true && !isStray) return;
    const record =
      scanned?.kind === 'record'
        ? {
            typeName: typeName(scanned.type),
            requestId: scanned.requestId,
            contentLength: scanned.content.length,
          }
        : { length: scanned?.length };
    const { kind = 'end', offset } = scanned ?? {};
    this.#write({ kind, connection, direction, time, offset, ...record, findings });
  }

  finished(passing: PassingRequest, time: number, isWhole: boolean): void {
    const { began, connection, findings, firstRecord, request, stderr } = passing;
    const { aborted, bodyLength, end, head, id, params, role } = request;
    const secrecy = this.#secrecy;
    const url = params.get('REQUEST_URI');
    this.#write({
      kind: 'request',
      connection,
      requestId: id,
      role,
      time: began,
      method: params.get('REQUEST_METHOD'),
      url: url === undefined ? undefined : secrecy.value('REQUEST_URI', url),
      status: head?.status,
      headers: head === undefined ? [] : headFields(head, secrecy).slice(1),
      params: Object.fromEntries([...params].map(([name, value]) => [name, secrecy.value(name, value)])),
      stdinLength: request.lengthOf(5),
      bodyLength,
      stderr: secrecy.text(decodeText(stderr.bytes)),
      ...(stderr.dropped > 0 ? { stderrDropped: stderr.dropped } : {}),
      ...end,
      aborted,
      isWhole,
      timing: {
        ...(firstRecord === undefined ? {} : { firstRecord: round(firstRecord - began) }),
        total: round(time - began),
      },
      findings,
    });
  }

  #write(value: object): void {
    this.#output.write(`${jsonText(value)}\n`);
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
