import {
  decodeText,
  headFields,
  type Observation,
  type Secrecy,
  secrecyOf,
  typeName,
} from '@fcgi-js/inspector';
import type { PassingRequest, TapPrinter } from '@fcgi-js/inspector/tap';
import { jsonText } from '@fcgi-js/inspector/text';
import type { Io } from '@fcgi-js/runner/command';
import type { TapOptions } from './tap.ts';

/** Prints a line of JSON for each request when it is over, and for what belongs to no request. */
export class JsonEvents implements TapPrinter {
  readonly #io: Io;
  readonly #options: TapOptions;
  readonly #secrecy: Secrecy;

  constructor(io: Io, options: TapOptions) {
    this.#io = io;
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
    this.#io.stdout.write(`${jsonText(value)}\n`);
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
