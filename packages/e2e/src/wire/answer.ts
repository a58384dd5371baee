import type { ReceivedRecord } from './received-records.ts';
import { Type } from './requests.ts';

/** What came of one request: the records of its ID up to END_REQUEST. */
export class Answer {
  readonly id: number;
  readonly #marks: string[] = [];
  readonly #endedStreams = new Set<number>();
  #stdout: Buffer[] = [];
  #stderr: Buffer[] = [];
  #stdoutLength = 0;
  #end: Buffer | undefined;
  readonly #keepsBody: boolean;

  /**
   * @param id request ID
   * @param keepsBody whether STDOUT is kept or only counted
   */
  constructor(id: number, keepsBody: boolean) {
    this.id = id;
    this.#keepsBody = keepsBody;
  }

  /** Takes a record of this ID. */
  add(record: ReceivedRecord): void {
    const { content, paddingLength, type } = record;
    const mark = `${type}${content.length === 0 ? 'e' : ''}`;
    if (this.complete || this.#endedStreams.has(type)) {
      throw new Error(`The application sent a record ${mark} after ${this.records}.`);
    }
    this.#marks.push(mark);
    if (content.length === 0) this.#endedStreams.add(type);
    if (type === Type.stdout) {
      this.#stdoutLength += content.length;
      if (this.#keepsBody) this.#stdout.push(content);
    } else if (type === Type.stderr) {
      if (content.length > 0 && paddingLength === 0) throw new Error('STDERR came without padding.');
      this.#stderr.push(content);
    } else {
      this.#end = content;
    }
  }

  /** The records in order as the numbers of their types; an empty one has an `e`. */
  get records(): string {
    return this.#marks.join(' ');
  }

  /** Whether END_REQUEST came. */
  get complete(): boolean {
    return this.#end !== undefined;
  }

  /** `appStatus` of END_REQUEST. */
  get appStatus(): number {
    return this.#endContent.readUInt32BE(0);
  }

  /** `protocolStatus` of END_REQUEST. */
  get protocolStatus(): number {
    return this.#endContent[4]!;
  }

  /** All bytes of STDOUT. */
  get stdout(): Buffer {
    if (!this.#keepsBody) throw new Error('This connection only counts the bytes of STDOUT.');
    return Buffer.concat(this.#stdout);
  }

  /** How many bytes of STDOUT came. */
  get stdoutLength(): number {
    return this.#stdoutLength;
  }

  /** STDERR, each byte as one character. */
  get stderr(): string {
    return Buffer.concat(this.#stderr).toString('latin1');
  }

  /** STDERR record by record. */
  get stderrRecords(): string[] {
    return this.#stderr.map((content) => content.toString('latin1'));
  }

  /** What follows the blank line of STDOUT. */
  get body(): Buffer {
    return this.stdout.subarray(this.#headEnd + 4);
  }

  /** The body as text, each byte as one character. */
  get text(): string {
    return this.body.toString('latin1');
  }

  /** The body as JSON. */
  get json(): Record<string, unknown> {
    return JSON.parse(this.body.toString('utf8'));
  }

  /** Name and value of each field of the head, each byte as one character. */
  get fields(): Array<[name: string, value: string]> {
    const head = this.stdout.toString('latin1', 0, this.#headEnd);
    return head.split('\r\n').map((line) => {
      const colon = line.indexOf(': ');
      if (colon < 1) throw new Error(`A line of the head is ${JSON.stringify(line)}.`);
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
  }

  /** The values of a field, its name in lower case. */
  field(name: string): string[] {
    return this.fields.filter(([found]) => found.toLowerCase() === name).map(([, value]) => value);
  }

  /** The code of the Status field; exactly one must be there. */
  get status(): number {
    const values = this.field('status');
    if (values.length !== 1) throw new Error(`There are ${values.length} Status fields.`);
    return Number(values[0]!.slice(0, 3));
  }

  get #endContent(): Buffer {
    if (this.#end === undefined) throw new Error(`No END_REQUEST came after ${this.records}.`);
    return this.#end;
  }

  get #headEnd(): number {
    const end = this.stdout.indexOf('\r\n\r\n');
    if (end === -1)
      throw new Error(`There is no response head in ${JSON.stringify(this.stdout.toString())}.`);
    return end;
  }
}
