import { describe, expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { goldenCases } from './support/cases.ts';
import { productChecks, withFolder } from './support/check.ts';

/** Units of systemd belong together. */
function wholeName(name: string): string {
  return name.replace(/\.(service|socket)$/, '');
}

describe.each(Object.entries(productChecks))('%s', (product, { check, needsRoot = false, programs }) => {
  const isRoot = process.getuid?.() === 0;
  const reason = skipReason(...programs) ?? (needsRoot && !isRoot ? 'its check needs root' : undefined);
  if (reason !== undefined) console.warn(`skipped: ${product}: ${reason}`);
  const all = goldenCases.filter((golden) => golden.product === product);
  const names = [...new Set(all.map(({ name }) => wholeName(name)))];
  const filesOf = (whole: string) =>
    new Map(all.filter(({ name }) => wholeName(name) === whole).map(({ name, text }) => [name, text]));

  test.skipIf(reason).each(names)('takes %s', async (name) => {
    await withFolder((folder) => check(filesOf(name), folder));
  });

  test.skipIf(reason)('does not take what is wrong', async () => {
    const files = [...filesOf(names[0] ?? '')].map(
      ([name, text]) => [name, `${text}\nnot_a_directive {{ ( "\n`] as const,
    );
    await expect(withFolder((folder) => check(new Map(files), folder))).rejects.toThrow();
  });
});

test('every product is checked, or is in no distribution', () => {
  const unchecked = goldenCases
    .map(({ product }) => product)
    .filter((product) => !(product in productChecks));
  expect([...new Set(unchecked)]).toEqual(['mod_fastcgi', 'cherokee', 'iis']);
});
