import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLinear, literalOf, regularExpressions } from '../src/regular-expressions.ts';

/** Expressions that are put together when the program runs, and why none is slow. By file. */
const COMPOSED: Readonly<Record<string, string>> = {
  'packages/configs/src/checks.ts':
    'a host name of labels that end with a dot, which they cannot have, and have a limit',
  'packages/runner/src/options/config-pattern.ts':
    'a path with wildcards, as the operator wrote it, against names of files, which have 255 bytes',
  'packages/runner/src/logs/access-format.ts': 'one name, a colon and the rest of the line',
  'packages/doctor/src/gather/configuration/files.ts':
    'a wildcard of a configuration against names of files, which have 255 bytes',
  'packages/doctor/src/gather/configuration/lighttpd.ts': 'one name, then a text up to the next quote',
};

test('what takes too long is told from what does not', () => {
  for (const source of ['(a+)+$', '\\s+$', '^\\s*(\\S*)\\s*(\\S*)\\s*$'])
    expect(isLinear({ flags: '', source })).toBe(false);
  for (const source of ['^a+$', '^\\s*(?:a|b)']) expect(isLinear({ flags: '', source })).toBe(true);
});

const { composed, literals } = regularExpressions();

test('every expression that is put together at run time is known', () => {
  expect(composed).toEqual(Object.keys(COMPOSED).sort());
});

/**
 * Those that were found to be linear. The analysis of all takes more than a minute, so that only new ones are analysed here, and
 * all of them in the gate of a release.
 */
const LIST = join(import.meta.dirname, 'fixtures/linear-expressions.txt');

test('time grows with the length of a text and no faster, for each that is new', () => {
  const known = new Set(readFileSync(LIST, 'utf8').split('\n'));
  const slow = literals.filter((one) => !known.has(literalOf(one)) && !isLinear(one));
  expect(slow.map((one) => `${literalOf(one)} ${one.places.join(' ')}`)).toEqual([]);
}, 900_000);

// `npx vitest run packages/tooling/test/regular-expressions.test.ts --update` writes it.
test('the list has those that are there, and no others', async () => {
  await expect(`${literals.map(literalOf).sort().join('\n')}\n`).toMatchFileSnapshot(LIST);
});
