import { Type } from './requests.ts';

/** One record that the application sent. */
export interface ReceivedRecord {
  readonly content: Buffer;
  readonly id: number;
  readonly paddingLength: number;
  readonly type: number;
}

const HEADER_LENGTH = 8;
const FROM_APPLICATION: readonly number[] = [
  Type.end,
  Type.stdout,
  Type.stderr,
  Type.getValuesResult,
  Type.unknownType,
];
const MANAGEMENT: readonly number[] = [Type.getValuesResult, Type.unknownType];

/**
 * Reads what an application sends, as strictly as the specification (section 3.3) can be read: version 1, types of
 * this direction only, the null ID for management records only, zeros for everything reserved.
 */
export class ReceivedRecords {
  #rest: Buffer = Buffer.alloc(0);

  /** Bytes of a record that is not complete. */
  get incomplete(): number {
    return this.#rest.length;
  }

  /**
   * Takes bytes as they come.
   *
   * @returns the records that are complete
   * @throws Error where a rule is broken
   */
  push(chunk: Buffer): ReceivedRecord[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const records: ReceivedRecord[] = [];
    let offset = 0;
    for (;;) {
      if (bytes.length - offset < HEADER_LENGTH) break;
      const contentLength = bytes.readUInt16BE(offset + 4);
      const paddingLength = bytes[offset + 6]!;
      const end = offset + HEADER_LENGTH + contentLength + paddingLength;
      if (end > bytes.length) break;
      records.push(readRecord(bytes.subarray(offset, end), contentLength, paddingLength));
      offset = end;
    }
    this.#rest = bytes.subarray(offset);
    return records;
  }
}

function readRecord(bytes: Buffer, contentLength: number, paddingLength: number): ReceivedRecord {
  const type = bytes[1]!;
  const id = bytes.readUInt16BE(2);
  const content = bytes.subarray(HEADER_LENGTH, HEADER_LENGTH + contentLength);
  const padding = bytes.subarray(HEADER_LENGTH + contentLength);
  check(bytes[0] === 1, `a record has version ${bytes[0]}`);
  check(FROM_APPLICATION.includes(type), `an application must not send records of type ${type}`);
  check(MANAGEMENT.includes(type) === (id === 0), `a record of type ${type} has ID ${id}`);
  check(bytes[7] === 0, `the reserved byte of a header is ${bytes[7]}`);
  check(
    padding.every((byte) => byte === 0),
    'padding is not zero',
  );
  if (type === Type.end || type === Type.unknownType) {
    check(contentLength === 8, `a record of type ${type} has ${contentLength} bytes`);
    const reserved = content.subarray(type === Type.end ? 5 : 1);
    check(
      reserved.every((byte) => byte === 0),
      `reserved bytes of a record of type ${type} are ${reserved.toString('hex')}`,
    );
  }
  return { content, id, paddingLength, type };
}

function check(holds: boolean, problem: string): void {
  if (!holds) throw new Error(`The application broke the protocol: ${problem}.`);
}
