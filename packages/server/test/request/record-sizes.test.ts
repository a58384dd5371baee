import { describe, expect, test } from 'vitest';
import { RequestOutput } from '../../src/request/request-output.ts';
import { bytesOf, type ReceivedRecord, splitRecords } from '../support/received.ts';
import { requestState } from '../support/request-state.ts';
import { Type } from '../support/wire.ts';

/** The promise of docs/limits.md: HAProxy before its fix of CVE-2026-55203 loses its place at 65,535 bytes and padding. */
const CONTENT_LIMIT = 65_520;
const WITH_PADDING_LIMIT = 65_535;

/** Around everything that could be a limit: of the paths that write, of 16 bits, and their multiples. */
const LENGTHS = [
  16_320, 16_384, 65_520, 65_528, 65_535, 65_536, 131_040, 131_070, 262_144, 1_048_576,
].flatMap((length) => [length - 1, length, length + 1]);

/** What a request writes, as records. */
function written(write: (output: RequestOutput) => void): ReceivedRecord[] {
  const parts: Buffer[] = [];
  const writer = {
    congested: false,
    write: (records: readonly (string | Uint8Array)[]) => void parts.push(bytesOf(records)),
    flushSoon: () => {},
    awaitDrain: () => {},
  };
  const host = { writer, requestEnding: () => {}, requestEnded: () => {} };
  const output = new RequestOutput(requestState(), host);
  write(output);
  output.end(0);
  const bytes = Buffer.concat(parts);
  const { length, records } = splitRecords(bytes);
  expect(length).toBe(bytes.length);
  return records;
}

function expectSmallRecords(records: readonly ReceivedRecord[], type: number, contentLength: number): void {
  let sum = 0;
  for (const { content, padding, type: own } of records) {
    if (own === type) sum += content.length;
    expect(content.length).toBeLessThanOrEqual(CONTENT_LIMIT);
    expect(content.length + padding.length).toBeLessThanOrEqual(WITH_PADDING_LIMIT);
  }
  expect(sum).toBe(contentLength);
}

describe('no record of STDOUT has more than 65,520 bytes', () => {
  test.each<[name: string, write: (output: RequestOutput, length: number) => void]>([
    ['text', (output, length) => output.write('x'.repeat(length))],
    ['text of one byte a character', (output, length) => output.write('é'.repeat(length), 'latin1')],
    ['bytes', (output, length) => output.write(new Uint8Array(length))],
    [
      'text, then bytes',
      (output, length) => {
        output.write('x'.repeat(16_000));
        output.write(new Uint8Array(length - 16_000));
      },
    ],
    [
      'many pieces',
      (output, length) => {
        for (let left = length; left > 0; left -= 9_999) output.write('x'.repeat(Math.min(left, 9_999)));
      },
    ],
    [
      'bytes, then text, flushed',
      (output, length) => {
        output.write(new Uint8Array(length - 1));
        output.flush();
        output.write('x');
      },
    ],
  ])('however much is written as %s', (_name, write) => {
    for (const length of LENGTHS) {
      const records = written((output) => write(output, length));
      expectSmallRecords(records, Type.stdout, length);
    }
  });

  test('where each character is two bytes', () => {
    for (const length of LENGTHS) {
      const records = written((output) => output.write('é'.repeat(length)));
      expectSmallRecords(records, Type.stdout, 2 * length);
    }
  });
});

test('no record of STDERR has more than 65,520 bytes, however much is written', () => {
  for (const length of LENGTHS) {
    const records = written((output) => output.writeStderr(new Uint8Array(length)));
    expectSmallRecords(records, Type.stderr, length);
  }
});
