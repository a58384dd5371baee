import { escapeLogText, type FcgiPassingRecord } from '@fcgi-js/client';
import { NameValueDecoder, RecordType } from '@fcgi-js/protocol';
import { decodeText } from '../bytes-as-text.ts';
import { describeRecord, recordName } from '../records/describe-record.ts';
import type { Secrecy } from '../secrets/secrecy.ts';
import type { PrinterOutput } from './printer-output.ts';

/** Shows the records of a client as they pass: `>` to the application, `<` from it; each param on a line of its own. */
export class RecordTrace {
  readonly #output: PrinterOutput;
  readonly #secrecy: Secrecy;
  readonly #pairs = new NameValueDecoder({
    bytes: Number.POSITIVE_INFINITY,
    pairs: Number.POSITIVE_INFINITY,
  });

  /** @param secrecy what happens to values of cookies, tokens and the like: `secrecyOf()` */
  constructor(output: PrinterOutput, secrecy: Secrecy) {
    this.#output = output;
    this.#secrecy = secrecy;
  }

  /** Shows one record: the `onRecord` of a client. */
  show({ direction, record }: FcgiPassingRecord): void {
    const { cyan, dim, green } = this.#output.colors;
    const sign = direction === 'sent' ? green('>') : cyan('<');
    const name = recordName(record).padEnd('BEGIN_REQUEST'.length);
    this.#output.write(`${sign} ${name} ${dim(`id ${record.requestId}`)}  ${describeRecord(record)}\n`);
    if (record.type !== RecordType.Params) return;
    this.#pairs.push(record.content);
    for (let pair = this.#pairs.next(); pair !== undefined; pair = this.#pairs.next()) {
      const param = decodeText(pair.name);
      const value = this.#secrecy.value(param, decodeText(pair.value));
      this.#output.write(`${sign}   ${escapeLogText(`${param}=${value}`)}\n`);
    }
  }
}
