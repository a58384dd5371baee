import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { causeFamilies } from '../src/causes.ts';
import { guide } from './support/guide.ts';

const causes = causeFamilies.flatMap((family) => family.causes);

function testsBelow(folder: string): string {
  const base = new URL(folder, import.meta.url);
  return readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, base), 'utf8'))
    .join('\n');
}

test('docs/doctor.md is what the list of causes makes (npx vitest -u writes it)', async () => {
  await expect(guide(causeFamilies)).toMatchFileSnapshot('../../../docs/doctor.md');
});

test('each cause has a name of its own', () => {
  const ids = causes.map(({ id }) => id);
  expect([...new Set(ids)]).toEqual(ids);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
});

test('each cause is found in a deployment that is broken in that way', () => {
  const text = testsBelow('./') + testsBelow('../../e2e/test/doctor/') + testsBelow('../../cli/test/doctor/');
  const expected = causes.map(({ id }) => id).filter((id) => !text.includes(`'${id}'`));
  expect(expected).toEqual([]);
});
