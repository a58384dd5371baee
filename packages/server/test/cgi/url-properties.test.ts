import { Params } from '@fcgi-js/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestTarget } from '../../src/cgi/request-target.ts';
import { absoluteUrl } from '../../src/cgi/request-url.ts';

// fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.

/** Pieces of which hostile and ordinary targets are made; each character is one byte. */
const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '/../',
    '/./',
    '..',
    '.',
    '%2e',
    '%2E',
    '%2e%2E',
    '/%2e%2e/',
    '\\',
    '/..\\',
    '%5C',
    '%2F',
    '%2f..%2F',
  ],
  ...[
    'admin',
    'app',
    'APP',
    '%61pp',
    'a',
    ';x=1',
    '@',
    ':',
    '|',
    '{',
    '^',
    '`',
    '"',
    '<',
    '[',
    '~',
    "'",
    '+',
    '%',
    '%zz',
  ],
  ...[
    '%00',
    '%09',
    '%0d%0A',
    '%20',
    '%23',
    '%25',
    '%3F',
    '\xe9',
    '\xc3\xa9',
    '\x80',
    '\xa0',
    '\xad',
    '#',
    '%c3%a9',
  ],
);
const query = fc.constantFrom('', '?', '?a=1', '?a/../b', '?\\..\\', '?a?b', '?#x', '?\xe9', "?'");
const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
const form = fc.constantFrom('', 'http://other.example', 'HTTPS://user@other.example:8443');

/** Decodes once, as web servers do. */
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** Resolves dot segments as file systems do, and merges slashes. */
function resolved(text: string): string {
  const segments: string[] = [];
  for (const segment of text.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** What a web server tells of the path that it has decided about. */
const servers = {
  'nginx, which resolves': (sent: string) => ({
    SCRIPT_NAME: '',
    PATH_INFO: resolved(decoded(sent.split('#')[0]!)),
  }),
  'nginx as it comes': (sent: string) => ({ SCRIPT_NAME: resolved(decoded(sent.split('#')[0]!)) }),
  'Caddy and HAProxy, which do not': (sent: string) => ({ SCRIPT_NAME: '', PATH_INFO: decoded(sent) }),
  'one that passes REQUEST_URI alone': () => ({}),
} as const satisfies Record<string, (sent: string) => Record<string, string>>;

const hasDots = (text: string) => /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text);

describe.each(Object.keys(servers) as Array<keyof typeof servers>)('behind %s', (name) => {
  const told = servers[name];

  test('a fetch handler sees the path bytes that a Node listener sees, or none', () => {
    fc.assert(
      fc.property(form, path, query, (authority, sent, search) => {
        const judged: Record<string, string> = told(sent);
        const params = Params.from(
          Object.entries({ HTTP_HOST: 'app.example', REQUEST_URI: authority + sent + search, ...judged }),
        );
        const target = requestTarget(params)!;
        const url = absoluteUrl(params, target.originalUrl);
        const [nodePath = ''] = target.originalUrl.split('?');
        if (url === undefined) {
          expect(hasDots(nodePath)).toBe(true);
          return;
        }
        const { hash, host, pathname, searchParams } = new URL(url);
        expect([hash, host]).toEqual(['', 'app.example']);
        expect(searchParams.size === 0).toBe(!/\?./.test(target.originalUrl));
        if (!hasDots(nodePath)) {
          expect(decoded(pathname)).toBe(decoded(nodePath));
        } else {
          const seen = Object.values(judged).at(-1) ?? resolved(decoded(nodePath));
          expect(resolved(decoded(pathname))).toBe(resolved(seen));
          expect(hasDots(seen)).toBe(false);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('no application below a prefix is addressed outside of it', () => {
  const mount = fc.constantFrom(undefined, '/app');
  const splits = fc.constantFrom('at the prefix', 'nowhere', 'untold');
  fc.assert(
    fc.property(path, query, mount, splits, (rest, search, named, split) => {
      const sent = `/app${rest}`;
      const told = {
        'at the prefix': { SCRIPT_NAME: '/app', PATH_INFO: decoded(rest) },
        nowhere: { SCRIPT_NAME: '', PATH_INFO: decoded(sent) },
        untold: {},
      }[split];
      const params = Params.from(
        Object.entries({ HTTP_HOST: 'h', REQUEST_URI: sent + search, ...told } as Record<string, string>),
      );
      const target = requestTarget(params, named);
      if (target === undefined) {
        expect(rest).toMatch(/\.|%2e/i);
        return;
      }
      if (target.baseUrl === '') return;
      expect(target.baseUrl).toBe('/app');
      const urls = [
        new URL(`http://h${target.originalUrl}`).href,
        absoluteUrl(params, target.originalUrl, target.baseUrl),
      ];
      for (const url of urls.filter((text) => text !== undefined)) {
        expect(resolved(decoded(new URL(url).pathname))).toMatch(/^\/app(?:\/|$)/i);
      }
    }),
    { numRuns: 10_000 },
  );
});

test('whatever Host a request has, the URL has that host, the path and nothing else, or there is none', () => {
  const host = fc.string({ unit: fc.constantFrom(...'ab.:/\\?#@[]%1\t\r\n \0_-~!é{}|^"'), maxLength: 8 });
  fc.assert(
    fc.property(host, (name) => {
      const url = absoluteUrl(Params.from([['HTTP_HOST', name]]), '/path?query');
      if (url === undefined || !URL.canParse(url)) return;
      const { host: seen, hash, password, pathname, search, username } = new URL(url);
      expect([hash, password, pathname, search, username]).toEqual(['', '', '/path', '?query', '']);
      if (name !== '' && !/^[\d.]+(?::|$)|:0*(?:80)?$|:0/.test(name)) expect(seen).toBe(name.toLowerCase());
    }),
    { numRuns: 5_000 },
  );
});
