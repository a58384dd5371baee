import { escapeLogText } from '@fcgi-js/client';
import { RecordType } from '@fcgi-js/protocol';
import { byteCount, decodeText } from '../bytes-as-text.ts';
import { clock } from '../clock.ts';
import type { Observation } from '../connection-inspector.ts';
import { headFields } from '../head-fields.ts';
import type { InspectedRequest } from '../inspected-request.ts';
import { describeScanned } from '../records/describe-scanned.ts';
import { protocolStatusName, roleName, typeName } from '../records/names.ts';
import { type Secrecy, secrecyOf } from '../secrets/secrecy.ts';
import type { PassingRequest, TapPrinter } from '../tap/request-log.ts';
import type { PrinterColors, PrinterOutput } from './printer-output.ts';
import type { TapPrinterOptions } from './tap-printer-options.ts';

/** Shows requests as lines for people. */
export class TapLines implements TapPrinter {
  readonly #colors: PrinterColors;
  readonly #options: TapPrinterOptions;
  readonly #output: PrinterOutput;
  readonly #secrecy: Secrecy;
  readonly #headTold = new WeakSet<InspectedRequest>();

  constructor(output: PrinterOutput, options: TapPrinterOptions) {
    this.#output = output;
    this.#options = options;
    this.#secrecy = secrecyOf(options);
    this.#colors = output.colors;
  }

  observed(connection: number, observation: Observation, time: number): void {
    const { direction, findings, request, scanned } = observation;
    const { cyan, dim, green, red, yellow } = this.#colors;
    const name = dim(`${clock(time)}  #${connection}${request === undefined ? '' : `.${request.id}`}`);
    const tell = (text: string) => this.#output.write(`${name}  ${text}\n`);
    if (this.#options.records && scanned !== undefined) {
      const sign = direction === 'to-application' ? green('>') : cyan('<');
      const type = scanned.kind === 'record' ? typeName(scanned.type) : `(${scanned.kind})`;
      tell(`${sign} ${type.padEnd('BEGIN_REQUEST'.length)}  ${describeScanned(scanned)}`);
    }
    this.#tellContents(observation, tell);
    for (const { level, message, offset, rule } of findings) {
      const mark = level === 'error' ? red('error') : yellow('notice');
      const end = direction === 'to-application' ? 'from the web server' : 'from the application';
      const place = `at byte ${offset} ${end}`;
      tell(`${mark} ${place}: ${escapeLogText(message)}${rule === undefined ? '' : ` (${rule})`}`);
    }
  }

  #tellContents({ params, request, scanned }: Observation, tell: (text: string) => void): void {
    const { yellow } = this.#colors;
    if (this.#options.params) {
      for (const [param, value] of params)
        tell(escapeLogText(`${param}=${this.#secrecy.value(param, value)}`));
    }
    if (scanned?.kind === 'record' && scanned.type === RecordType.Stderr) {
      for (const line of this.#secrecy.text(decodeText(scanned.content)).split('\n')) {
        if (line !== '') tell(`${yellow('stderr:')} ${escapeLogText(line)}`);
      }
    }
    if (this.#options.heads && request?.head !== undefined && !this.#headTold.has(request)) {
      this.#headTold.add(request);
      for (const [field, value] of headFields(request.head, this.#secrecy)) {
        tell(escapeLogText(`${field}: ${value}`));
      }
    }
  }

  finished(
    { began, connection, firstRecord, request }: PassingRequest,
    time: number,
    isWhole: boolean,
  ): void {
    const { bold, dim } = this.#colors;
    const method = request.params.get('REQUEST_METHOD') ?? roleName(request.role);
    const url = request.params.get('REQUEST_URI') ?? request.params.get('SCRIPT_NAME') ?? '';
    const role = request.role > 1 ? ` (${roleName(request.role).toLowerCase()})` : '';
    const first = firstRecord === undefined ? '-' : `${(firstRecord - began).toFixed(1)}`;
    const facts = [
      `${dim(`${clock(time)}  #${connection}.${request.id}`)}  ${bold(escapeLogText(`${method} ${this.#secrecy.value('REQUEST_URI', url)}`))}${role}`,
      this.#outcome(request, isWhole),
      byteCount(request.bodyLength),
      `${first} / ${(time - began).toFixed(1)} ms`,
    ];
    this.#output.write(`${facts.join('  ')}\n`);
  }

  #outcome({ aborted, end, head }: InspectedRequest, isWhole: boolean): string {
    const { green, red, yellow } = this.#colors;
    const status = head?.status;
    const color = status === undefined || status >= 500 ? red : status >= 400 ? yellow : green;
    const notes = [
      ...(aborted ? ['aborted'] : []),
      ...(isWhole ? [] : ['no END_REQUEST']),
      ...(end !== undefined && end.protocolStatus !== 0 ? [protocolStatusName(end.protocolStatus)] : []),
      ...(end !== undefined && end.appStatus !== 0 ? [`appStatus ${end.appStatus}`] : []),
    ];
    return [color(status === undefined ? 'no head' : `${status}`), ...notes.map((note) => red(note))].join(
      ' ',
    );
  }
}
