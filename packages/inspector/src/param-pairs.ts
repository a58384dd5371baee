import { NameValueDecoder } from '@fcgi-js/protocol';
import { decodeText } from './bytes-as-text.ts';
import type { Report } from './finding.ts';

/** Bytes of the params of one request that are looked at: far beyond what web servers send, and not without an end. */
const LOOKED_AT = 1_048_576;

/** One param as text: UTF-8 where its bytes are that, otherwise one character for each byte. Not escaped. */
export type Param = readonly [name: string, value: string];

/** Reads the PARAMS stream of one request, and says what is wrong with it. */
export class ParamPairs {
  #decoder = unlimited();
  #isCutShort = false;
  #length = 0;
  readonly #names = new Set<string>();

  /** The pairs that this content completes. */
  read(content: Uint8Array, report: Report): Param[] {
    if (this.#isCutShort) return [];
    this.#length += content.length;
    if (this.#length > LOOKED_AT) {
      this.#isCutShort = true;
      this.#decoder = unlimited();
      report('notice', `PARAMS have more than ${LOOKED_AT} bytes: the rest of them is not looked at.`);
      return [];
    }
    this.#decoder.push(content);
    const pairs: Param[] = [];
    for (let pair = this.#decoder.next(); pair !== undefined; pair = this.#decoder.next()) {
      const [name, value] = [decodeText(pair.name), decodeText(pair.value)];
      if (name === '') report('notice', 'A param has an empty name.', '3.4', 8);
      if (this.#names.has(name)) {
        report('notice', `The param ${name} is there twice; most applications take the last one.`, '5.2', 8);
      }
      if (/\0/.test(name + value)) {
        report('error', `The param ${JSON.stringify(name)} has a NUL, which none may have.`, '6.1', 8);
      }
      this.#names.add(name);
      pairs.push([name, value]);
    }
    return pairs;
  }

  /** The stream has ended. */
  end(report: Report): void {
    try {
      this.#decoder.end();
    } catch {
      // More may come all the same.
      this.#decoder = unlimited();
      report('error', 'PARAMS end in the middle of a name or value.', '3.4', 0);
    }
  }
}

function unlimited(): NameValueDecoder {
  return new NameValueDecoder({ bytes: Number.POSITIVE_INFINITY, pairs: Number.POSITIVE_INFINITY });
}
