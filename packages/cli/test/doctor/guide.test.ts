import { expect, test } from 'vitest';
import { families } from '../../src/doctor/causes.ts';
import { guide } from './support/guide.ts';

const causes = families.flatMap((family) => family.causes);

test('docs/doctor.md is what the list of causes makes (npx vitest -u writes it)', async () => {
  await expect(guide(families)).toMatchFileSnapshot('../../../../docs/doctor.md');
});

test('each cause has a name of its own', () => {
  const ids = causes.map(({ id }) => id);
  expect([...new Set(ids)]).toEqual(ids);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
});
