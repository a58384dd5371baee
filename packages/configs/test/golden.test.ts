import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goldenCases } from './support/cases.ts';

const folder = join(import.meta.dirname, 'golden');

test.each(goldenCases)('$product: $name is the text that is kept', async ({ name, product, text }) => {
  await expect(text).toMatchFileSnapshot(join(folder, product, name));
});

test('no text is kept that nothing prints', () => {
  const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  expect(kept.sort()).toEqual(goldenCases.map(({ name, product }) => join(product, name)).sort());
});
