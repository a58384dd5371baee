import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBelow, isMount, mountOf, targetBelow } from '../../src/cgi/mount.ts';
import { decodePath, encodePath, normalPath, pathBefore } from '../../src/cgi/url-path.ts';

/** Names as they stand in paths, each character one byte. */
const name = fc
  .string({ minLength: 1, unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
  .filter((text) => !/^\.{1,2}$|[/?#%]/.test(text));
const path = fc.array(name, { maxLength: 4 }).map((names) => names.map((each) => `/${each}`).join(''));
const query = fc.constantFrom('', '?', '?a=/b?c');

describe('the option mount', () => {
  test.each([
    ['/', ''],
    ['', ''],
    ['/app', '/app'],
    ['/app/', '/app'],
    ['/a/b.c', '/a/b.c'],
    ['/my app;1', '/my app;1'],
    ['/café', '/caf\xc3\xa9'],
  ])('%j is taken as %j', (given, mount) => {
    expect(isMount(given)).toBe(true);
    expect(mountOf(given)).toBe(mount);
  });

  test.each([
    'app',
    '//',
    '/a//b',
    '/./a',
    '/a/..',
    '/a%20b',
    '/a?b',
    '/a#b',
    '/a\0',
    'http://host/a',
    5,
    null,
    true,
    {},
  ])('%j is refused', (given) => {
    expect(isMount(given)).toBe(false);
  });
});

describe('a path', () => {
  test.each([
    ['/app', '/app', true],
    ['/app/', '/app', true],
    ['/app/x', '/app', true],
    ['/apple', '/app', false],
    ['/ap', '/app', false],
    ['/x', '', true],
    ['', '', true],
  ])('%j is below %j: %j', (given, mount, below) => {
    expect(isBelow(given, mount)).toBe(below);
  });

  test('is encoded and decoded without loss', () => {
    fc.assert(fc.property(path, (given) => decodePath(encodePath(given)) === given));
  });

  test('agrees with itself decoded, with nothing before it', () => {
    fc.assert(
      fc.property(path, (given) => {
        expect(pathBefore(given, encodePath(given))).toBe('');
        expect(pathBefore(normalPath(given), `//.${encodePath(given)}/`)).toBe('');
      }),
    );
  });
});

describe('the target below a prefix', () => {
  test('is what stands after it, byte for byte', () => {
    fc.assert(
      fc.property(path, path, query, (mount, rest, end) => {
        const sent = encodePath(rest) + end;
        expect(targetBelow(encodePath(mount) + sent, mount, rest)).toBe(
          mount === '' || sent.startsWith('/') ? sent : `/${sent}`,
        );
      }),
    );
  });

  test('is made anew where it cannot be found', () => {
    expect(targetBelow('/other?a', '/app', '/b c')).toBe('/b%20c?a');
    expect(targetBelow('/other', '/app', '')).toBe('/');
  });
});
