import { expect, test } from 'vitest';
import { isOlder, versionIn } from '../../src/system/version-order.ts';

test.each([
  ['v2.11.4 h1:abc=', '2.11.4'],
  ['HAProxy version 3.0.11-1+deb13u1 2026/10/14', '3.0.11'],
  ['PHP/8.2', '8.2'],
  ['nginx', undefined],
])('the version in "%s" is %s', (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test.each([
  ['2.6.2', '2.6.4', true],
  ['2.6.4', '2.6.4', false],
  ['2.11.4', '2.6.4', false],
  ['2.6', '2.6.4', true],
  ['2.7', '2.6.4', false],
  ['3.1.99', '3.2', true],
  ['3.2', '3.2', false],
  ['3.2.1', '3.2', false],
])('that %s is older than %s is %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
