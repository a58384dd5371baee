import { escapeLogText } from '@fcgi-js/client';
import { RecordType } from '@fcgi-js/protocol';
import { decodeText } from '../bytes-as-text.ts';
import type { Observation } from '../connection-inspector.ts';
import type { Finding } from '../finding.ts';
import { headFields } from '../head-fields.ts';
import type { InspectedRequest } from '../inspected-request.ts';
import type { Scanned, ScannedRecord } from '../record-scanner.ts';
import { describeScanned } from '../records/describe-scanned.ts';
import { typeName } from '../records/names.ts';
import { type Secrecy, secrecyOf } from '../secrets/secrecy.ts';
import type { PrinterColors, PrinterOutput } from './printer-output.ts';
import type { RecordingCounts, RecordingPrinter, RecordingPrinterOptions } from './recording-printer.ts';

const INDENT = ' '.repeat(13);
const WIDTHS = { id: 5, length: 6, offset: 10, padding: 3, time: 12, type: 'GET_VALUES_RESULT'.length };
const CONTENT_LINE = 100;

/** Prints records as lines of a table, and below each what it holds and what is wrong with it. */
export class RecordTable implements RecordingPrinter {
  readonly #colors: PrinterColors;
  readonly #options: RecordingPrinterOptions;
  readonly #output: PrinterOutput;
  readonly #secrecy: Secrecy;
  /** Requests whose head has been printed. */
  #told = new WeakSet<InspectedRequest>();
  #start: number | undefined;
  #isFirst = true;

  constructor(output: PrinterOutput, options: RecordingPrinterOptions) {
    this.#output = output;
    this.#options = options;
    this.#secrecy = secrecyOf(options);
    this.#colors = output.colors;
  }

  connection(name: string | undefined): void {
    const { bold } = this.#colors;
    if (!this.#isFirst) this.#write('');
    if (name !== undefined) this.#write(bold(escapeLogText(name)));
    this.#isFirst = false;
    this.#start = undefined;
    this.#write(
      this.#colors.dim(
        columns('OFFSET', ' ', 'TYPE', 'ID', 'LENGTH', 'PAD', name === undefined ? '' : 'TIME'),
      ),
    );
  }

  observe({ direction, findings, params, request, scanned }: Observation, time: number | undefined): void {
    const { cyan, green } = this.#colors;
    const sign = direction === 'to-application' ? green('>') : cyan('<');
    if (scanned !== undefined) this.#write(this.#row(sign, scanned, time));
    if (this.#options.params && scanned?.kind === 'record') this.#tell(scanned, params, request);
    if (this.#options.content && scanned !== undefined) this.#content(scanned);
    for (const finding of findings) this.#finding(finding);
  }

  summary({ connections, errors, notices, records, requests }: RecordingCounts): void {
    const { bold, green, red } = this.#colors;
    const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
    const amount = `${connections > 1 ? `${many(connections, 'connection')}, ` : ''}${many(records, 'record')}, ${many(requests, 'request')}`;
    const verdict = errors === 0 ? green('nothing is wrong') : red(many(errors, 'error'));
    this.#write(`\n${bold(amount)}: ${verdict}${notices > 0 ? `, ${many(notices, 'notice')}` : ''}`);
  }

  #row(sign: string, scanned: Scanned, time: number | undefined): string {
    this.#start ??= time;
    const passed = time === undefined ? '' : `+${(time - (this.#start ?? time)).toFixed(1)} ms`;
    const meaning = describeScanned(scanned);
    if (scanned.kind !== 'record') {
      return `${columns(scanned.offset, sign, `(${scanned.kind})`, '', scanned.length, '', passed)}  ${meaning}`;
    }
    const { content, offset, padding, requestId, type } = scanned;
    return `${columns(offset, sign, typeName(type), requestId, content.length, padding.length, passed)}  ${meaning}`;
  }

  #tell(record: ScannedRecord, params: Observation['params'], request: InspectedRequest | undefined): void {
    for (const [name, value] of params) {
      this.#write(`${INDENT}${escapeLogText(`${name}=${this.#secrecy.value(name, value)}`)}`);
    }
    if (record.type === RecordType.Stderr) {
      for (const line of this.#secrecy.text(decodeText(record.content)).split('\n')) {
        if (line !== '') this.#write(`${INDENT}${this.#colors.yellow(escapeLogText(line))}`);
      }
    }
    if (request?.head === undefined || this.#told.has(request)) return;
    this.#told.add(request);
    for (const [name, value] of headFields(request.head, this.#secrecy)) {
      this.#write(`${INDENT}${escapeLogText(`${name}: ${value}`)}`);
    }
  }

  #content(scanned: Scanned): void {
    if (scanned.kind !== 'record' || scanned.type < RecordType.Stdin || scanned.type > RecordType.Data)
      return;
    const text = escapeLogText(this.#secrecy.text(decodeText(scanned.content)));
    for (let from = 0; from < text.length; from += CONTENT_LINE) {
      this.#write(`${INDENT}${this.#colors.dim('|')} ${text.slice(from, from + CONTENT_LINE)}`);
    }
  }

  #finding({ level, message, offset, rule }: Finding): void {
    const { red, yellow } = this.#colors;
    const mark = level === 'error' ? red('error') : yellow('notice');
    this.#write(
      `${INDENT}${mark} at byte ${offset}: ${escapeLogText(message)}${rule === undefined ? '' : ` (${rule})`}`,
    );
  }

  #write(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

function columns(
  offset: number | string,
  sign: string,
  type: string,
  id: number | string,
  length: number | string,
  padding: number | string,
  time: string,
): string {
  const right = (value: number | string, width: number) => `${value}`.padStart(width);
  const start = `${right(offset, WIDTHS.offset)} ${sign} ${type.padEnd(WIDTHS.type)}`;
  const end = `${right(id, WIDTHS.id)} ${right(length, WIDTHS.length)} ${right(padding, WIDTHS.padding)}`;
  return time === '' ? `${start} ${end}` : `${start} ${end} ${time.padStart(WIDTHS.time)}`;
}
