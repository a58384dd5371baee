import { escapeLogText, type FcgiPassingRecord } from '@fcgi-js/client';
import { decodeText, describeRecord, recordName, type Secrecy } from '@fcgi-js/inspector';
import { NameValueDecoder, RecordType } from '@fcgi-js/protocol';
import { type Colors, colorsOf, type Io } from '@fcgi-js/runner/command';

/** Shows records on stderr as they pass: `>` to the application, `<` from it; each param on a line of its own. */
export class RecordTrace {
  readonly #colors: Colors;
  readonly #io: Io;
  readonly #secrecy: Secrecy;
  readonly #pairs = new NameValueDecoder({
    bytes: Number.POSITIVE_INFINITY,
    pairs: Number.POSITIVE_INFINITY,
  });

  constructor(io: Io, secrecy: Secrecy) {
    this.#io = io;
    this.#secrecy = secrecy;
    this.#colors = colorsOf(io.stderr, io.env);
  }

  show({ direction, record }: FcgiPassingRecord): void {
    const { cyan, dim, green } = this.#colors;
    const sign = direction === 'sent' ? green('>') : cyan('<');
    const name = recordName(record).padEnd('BEGIN_REQUEST'.length);
    this.#io.stderr.write(`${sign} ${name} ${dim(`id ${record.requestId}`)}  ${describeRecord(record)}\n`);
    if (record.type !== RecordType.Params) return;
    this.#pairs.push(record.content);
    for (let pair = this.#pairs.next(); pair !== undefined; pair = this.#pairs.next()) {
      const param = decodeText(pair.name);
      const value = this.#secrecy.value(param, decodeText(pair.value));
      this.#io.stderr.write(`${sign}   ${escapeLogText(`${param}=${value}`)}\n`);
    }
  }
}
