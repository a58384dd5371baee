import { expect, test } from 'vitest';
import { pages } from '../src/pages.ts';
import { target } from '../src/repository-links.ts';

test('guides, READMEs and what is said about contributing are pages', () => {
  expect(pages).toContainEqual({ source: 'docs/limits.md', path: 'limits.md', title: 'Limits' });
  expect(pages).toContainEqual({
    source: 'packages/server/README.md',
    path: 'packages/server.md',
    title: '@fcgi-js/server',
  });
  expect(pages.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['index.md', 'project/contributing.md']),
  );
  expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length);
});

test('a link to a page leads to the page', () => {
  expect(target('README.md', 'docs/deploying.md#nginx')).toBe('/deploying.md#nginx');
  expect(target('docs/paths.md', '../packages/server/README.md')).toBe('/packages/server.md');
  expect(target('packages/server/README.md', '../../README.md')).toBe('/index.md');
});

test('a link to any other file leads to the forge', () => {
  const forge = 'https://github.com/fcgi-js/fcgi-js';
  expect(target('docs/paths.md', '../packages/server/src/index.ts')).toBe(
    `${forge}/blob/main/packages/server/src/index.ts`,
  );
  expect(target('README.md', 'packages')).toBe(`${forge}/tree/main/packages`);
});

test('a link inside a page, or to another site, stays as it is', () => {
  expect(target('README.md', '#try-it')).toBe('#try-it');
  expect(target('README.md', 'https://example.org/a.md')).toBe('https://example.org/a.md');
});

test('a link to nothing is an error', () => {
  expect(() => target('README.md', 'docs/nothing.md')).toThrow('README.md: docs/nothing.md leads nowhere');
  expect(() => target('README.md', '../outside.md')).toThrow('leads nowhere');
});
