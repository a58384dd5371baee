import { expect } from 'vitest';
import { join as joinBytes } from '../../../test-support/src/index.ts';
import { runForBytes, type TestIo } from './test-io.ts';

/** What a terminal obeys or does not show; of C0 all that a word of a command line can have. */
const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => code).filter(
  (code) => code > 0 && (code < 0x20 || code > 0x7e),
);
const INVISIBLE = [
  ...[0x61c, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xad, 0x180e, 0x3164, 0xfeff, 0xe0041],
];
export const LONE = '\ud800';
export const HOSTILE = `h${String.fromCodePoint(...CONTROLS, ...INVISIBLE)}${LONE}t`;
/** Without what ends a line, as names of files and fields can have it. */
export const NAME = HOSTILE.replaceAll(/[\n\r]/g, '').replaceAll(LONE, '');
/** In UTF-8, and then bytes that are none. */
export const BYTES = joinBytes(Buffer.from(HOSTILE), [0xff, 0xc0, 0x9b, 0xe2, 0x80]);

/** Fails where a byte was printed that a terminal obeys or does not show. */
export function expectHarmless(what: string, bytes: Uint8Array): void {
  const printed = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const found = [...printed].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      character !== '\n' &&
      character !== '\t' &&
      (CONTROLS.includes(code) || INVISIBLE.includes(code) || code === 0)
    );
  });
  expect([what, found.map((character) => character.codePointAt(0)?.toString(16))]).toEqual([what, []]);
}

export async function expectHarmlessRuns(
  lines: ReadonlyArray<readonly string[]>,
  options: TestIo = {},
): Promise<void> {
  for (const argv of lines) {
    const { stderr, stdout } = await runForBytes(argv, options);
    const bytes = Buffer.concat([stdout, stderr]);
    expect(bytes.length, argv[0]).toBeGreaterThan(0);
    expectHarmless(argv.map((word) => JSON.stringify(word)).join(' '), bytes);
  }
}
