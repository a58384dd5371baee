import { describe, expect, test } from 'vitest';
import { isSamePath, prefixOf, sentPath } from '../src/paths.ts';

describe('the path of a target', () => {
  test.each([
    ['/a?b', '/a'],
    ['http://host:1/a?b', '/a'],
    ['http://host', ''],
    ['*', ''],
    ['', ''],
    [undefined, ''],
  ])('%j is %j', (target, path) => {
    expect(sentPath(target)).toBe(path);
  });
});

describe('a path that was served', () => {
  test.each([
    ['/a/b', '/a%2Fb', true],
    ['/a%2fb%', '/a%2fb%25', true],
    ['/a%20b', '/a%20b', true],
    ['/b', '//a/./../b/', true],
    ['/a', '/b', false],
    ['/A', '/a', false],
  ])('as %j was sent as %j: %j', (served, sent, same) => {
    expect(isSamePath(served, sent)).toBe(same);
  });
});

describe('a prefix', () => {
  test.each([
    ['/', ''],
    ['', ''],
    ['/app/', '/app'],
    ['/a/b c', '/a/b c'],
    ['/café', '/caf\xc3\xa9'],
  ])('%j is taken as %j', (given, prefix) => {
    expect(prefixOf('caller()', given)).toBe(prefix);
  });

  test.each(['app', '/a//b', '/..', '/./a', '/a%20', '/a?', '/a#', '/a\0', '/\ud800', 5, null, undefined])(
    '%j is refused',
    (given) => {
      expect(() => prefixOf('caller()', given)).toThrow("caller() takes '/' or a path such as '/app'");
    },
  );
});
