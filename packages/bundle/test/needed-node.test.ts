import { expect, test } from 'vitest';
import { compareVersions, neededNode } from '../src/needed-node.ts';

test.each([
  [undefined, '20.19.0'],
  ['>=18', '20.19.0'],
  ['>=22.12', '22.12.0'],
  ['^24.3.1', '24.3.1'],
  ['22.x', '22.0.0'],
  ['^22.12.0 || >=24', '22.12.0'],
  ['^18.0.0 || >=24', '20.19.0'],
  ['*', '20.19.0'],
  ['<30', '20.19.0'],
  ['', '20.19.0'],
])('of engines %j the oldest Node is %s', (range, version) => {
  expect(neededNode(range)).toBe(version);
});

test('versions are compared as numbers', () => {
  expect(compareVersions('9.0.0', '10.0.0')).toBeLessThan(0);
  expect(compareVersions('22.10.0', '22.9.9')).toBeGreaterThan(0);
  expect(compareVersions('22.1.0', '22.1.0')).toBe(0);
});
