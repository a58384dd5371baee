import { expect, test } from 'vitest';
import { DEFAULT_GATEWAY_LIMITS } from '../../client/src/gateway/gateway-limits.ts';
import { DEFAULT_LIMITS as DEFAULT_CLIENT_LIMITS } from '../../client/src/limits.ts';
import { DEFAULT_LIMITS } from '../../server/src/limits.ts';
import { repositoryFiles } from '../src/source-files.ts';

const [document] = repositoryFiles('docs', ['limits.md']);

/** Names and defaults in the table below a heading. */
function rows(heading: string): [name: string, value: string][] {
  const section = document?.text.split(`\n## ${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  return Array.from(section.matchAll(/^\| `(\w+)`(?: ¹)? \| ([^|]+) \|/gm), ([, name = '', value = '']) => [
    name,
    value,
  ]);
}

test.each([
  ['Server', DEFAULT_LIMITS],
  ['Client', DEFAULT_CLIENT_LIMITS],
  ['Gateway', DEFAULT_GATEWAY_LIMITS],
])('docs/limits.md has a row for every limit below "%s", with its default', (heading, defaults) => {
  const limits = Object.entries(defaults).map(([name, value]) => [
    name,
    value === Number.POSITIVE_INFINITY ? 'Infinity' : value.toLocaleString('en'),
  ]);
  expect(rows(heading)).toEqual(limits);
});

test('docs/limits.md has a row for every limit of name-value pairs', () => {
  expect(rows('Protocol')).toEqual([
    ['bytes', '1,048,576'],
    ['pairBytes', 'as `bytes`'],
    ['pairs', '2,000'],
  ]);
});
