import { expect, test } from 'vitest';
import { releaseName } from '../../src/release/release-name.ts';

test('a release is called by its time, to the second, and no two are called the same', () => {
  const now = new Date('2026-12-31T23:59:59.999Z');
  expect(releaseName(now, () => false)).toBe('20261231-235959');
  expect(releaseName(now, (name) => name === '20261231-235959')).toBe('20270101-000000');
});
