import { escapeLogText } from '@fcgi-js/client';
import {
  byteCount,
  decodeText,
  describeScanned,
  headFields,
  type InspectedRequest,
  type Observation,
  protocolStatusName,
  roleName,
  type Secrecy,
  secrecyOf,
  typeName,
} from '@fcgi-js/inspector';
import type { PassingRequest, TapPrinter } from '@fcgi-js/inspector/tap';
import { clock } from '@fcgi-js/inspector/text';
import { RecordType } from '@fcgi-js/protocol';
import { type Colors, colorsOf, type Io } from '@fcgi-js/runner/command';
import type { TapOptions } from './tap.ts';

/** Shows requests as lines for people. */
export class LiveLines implements TapPrinter {
  readonly #colors: Colors;
  readonly #io: Io;
  readonly #options: TapOptions;
  readonly #secrecy: Secrecy;
  readonly #headTold = new WeakSet<InspectedRequest>();

  constructor(io: Io, options: TapOptions) {
    this.#io = io;
    this.#options = options;
    this.#secrecy = secrecyOf(options);
    this.#colors = colorsOf(io.stdout, io.env);
  }

  observed(connection: number, observation: Observation, time: number): void {
    const { direction, findings, request, scanned } = observation;
    const { cyan, dim, green, red, yellow } = this.#colors;
    const name = dim(`${clock(time)}  #${connection}${request === undefined ? '' : `.${request.id}`}`);
    const tell = (text: string) => this.#io.stdout.write(`${name}  ${text}\n`);
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
    this.#io.stdout.write(`${facts.join('  ')}\n`);
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
