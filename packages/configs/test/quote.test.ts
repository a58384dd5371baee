import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../src/errors.ts';
import * as quotes from '../src/quote.ts';
import { type ReadWord, readWord } from './support/read-word.ts';

const products: ReadonlyArray<readonly [name: string, quote: quotes.Quote, read: ReadWord]> = [
  ['nginx', quotes.quoteNginx, readWord.nginx],
  ['Apache', quotes.quoteApache, readWord.apache],
  ['a section of Apache', quotes.quoteApachePath, readWord.apache],
  ['lighttpd', quotes.quoteLighttpd, readWord.lighttpd],
  ['Caddy', quotes.quoteCaddy, readWord.caddy],
  ['h2o', quotes.quoteYaml, readWord.yaml],
  ['HAProxy', quotes.quoteHaproxy, readWord.haproxy],
  ['a shell', quotes.quoteShell, readWord.shell],
  ['Cherokee', quotes.quoteCherokee, readWord.cherokee],
  ['XML', quotes.quoteXml, readWord.xml],
  ['a command of supervisor', quotes.quoteSupervisor, readWord.supervisor],
  ['a variable of supervisor', quotes.quoteSupervisorVariable, readWord.supervisorVariable],
  ['a command of systemd', quotes.quoteSystemd, readWord.systemd],
  ['a variable of systemd', quotes.quoteSystemdVariable, readWord.systemdVariable],
];

/** What turns text around, or is not seen. */
const INVISIBLE = [
  ...[
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    '\u200e',
    '\u200f',
  ],
  ...['\u061c', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u3164', '\u009b', '\u{e0041}'],
].map((character) => `a${character}b`);

/** What means something somewhere, in any order, among other characters. */
const special = fc.constantFrom(
  ...' \t\n\r\0\x7f"\'`\\;#{}()[]<>&|*?!$%=:,@~^/.-n',
  '$'.concat('{a}'),
  '%{b}',
  '%%',
  '$$',
  ' ;',
  ' #',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ud800',
  'é',
  '你',
);
const hostile = fc
  .array(fc.oneof(special, fc.string({ maxLength: 3 })), { maxLength: 12 })
  .map((parts) => parts.join(''));

/** The quoted text, or undefined if the value is refused as it should be. */
function quoted(quote: quotes.Quote, value: string): string | undefined {
  try {
    return quote('some.option', value);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).option).toBe('some.option');
    return undefined;
  }
}

describe.each(products)('for %s', (_name, quote, read) => {
  // fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.
  test('any value is one word with that value, or refused', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const text = quoted(quote, value);
        if (text === undefined) return;
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(read(`${text} next`)).toEqual([value, ' next']);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['/srv/app', '/srv/my app', '/srv/caf\u00e9', '/srv/a&b', '/srv/a+b=c,d@e~f!'])(
    '%s is not refused',
    (path) => {
      expect(read(`${quote('path', path)} next`)).toEqual([path, ' next']);
    },
  );

  test.each(['a\nb', 'a\0b', 'a\rb', 'a\x7fb', 'a\ud800b', 'a\u2028b', ...INVISIBLE])(
    '%j is refused',
    (value) => {
      expect(() => quote('path', value)).toThrow(ConfigError);
    },
  );
});

test('what systemd takes for a whole line is refused where it would be cut or joined with the next', () => {
  expect(quotes.quoteSystemdPath('folder', '/srv/my app 100%')).toBe('/srv/my app 100%%');
  for (const value of ['/srv/app\\', '/srv/app ', '/srv/"app"', '/srv/a\nb']) {
    expect(() => quotes.quoteSystemdPath('folder', value)).toThrow(ConfigError);
  }
});

test('a regular expression of a prefix matches that prefix alone', () => {
  const prefix = '/a.b~c@d+e,f=g:h-i_j';
  const expression = new RegExp(`^${quotes.quoteRegex(prefix)}$`);
  expect(prefix).toMatch(expression);
  expect('/aXb~c@d+e,f=g:h-i_j').not.toMatch(expression);
  expect('/a.b~c@dde,f=g:h-i_j').not.toMatch(expression);
});
