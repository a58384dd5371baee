import { Params } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { PathDoubts } from '../../src/cgi/path-doubts.ts';
import { requestTarget } from '../../src/cgi/request-target.ts';

/** What is said about requests with these params, one after the other. */
function said(...requests: Record<string, string>[]): string[] {
  const doubts = new PathDoubts();
  return requests.flatMap((pairs) => {
    const params = Params.from(Object.entries(pairs));
    const target = requestTarget(params);
    const doubt = target && doubts.about(params, target);
    return doubt === undefined ? [] : [doubt.message];
  });
}

const lighttpd = (name: string, rest: string) => ({
  SERVER_SOFTWARE: 'lighttpd/1.4.69',
  SCRIPT_NAME: name,
  PATH_INFO: rest,
  REQUEST_URI: name + rest,
});
const taken = { SCRIPT_NAME: '/bin/app.fcgi', PATH_INFO: '/a', REQUEST_URI: '/Shop%0A/a' };
const script = { SCRIPT_NAME: '/index.php', REQUEST_URI: '/index.php' };

test.each([
  [
    'a prefix of lighttpd',
    [lighttpd('/a', '/b')],
    /name \/a as the prefix, as they do.*--mount \/a,.*--mount \//,
  ],
  ['a prefix that was taken off', [taken], /taken \/Shop%0A off the path/],
  ['a first request for a script', [script], /says that \/index\.php was asked for/],
  [
    'two prefixes',
    [
      { SCRIPT_NAME: '/a', PATH_INFO: '/x', REQUEST_URI: '/a/x' },
      { SCRIPT_NAME: '/b', PATH_INFO: '/x', REQUEST_URI: '/b/x' },
    ],
    /name \/a as the prefix at one URL, and \/b at another/,
  ],
  [
    'a prefix that comes like a page',
    [
      { SCRIPT_NAME: '/a', PATH_INFO: '/x', REQUEST_URI: '/a/x' },
      { SCRIPT_NAME: '/a', REQUEST_URI: '/a' },
    ],
    /below it, but not of \/a itself/,
  ],
])('%s is said once', (_what, requests, words) => {
  const lines = said(...requests, ...requests, ...requests);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(words);
});

test.each([
  ['the root', [{ SCRIPT_NAME: '', PATH_INFO: '/a', REQUEST_URI: '/a' }]],
  ['nginx as it comes', [{ SCRIPT_NAME: '/a/b', REQUEST_URI: '/a/b' }]],
  ['a prefix that is proven', [{ SCRIPT_NAME: '/a', PATH_INFO: '/x', REQUEST_URI: '/a/x' }]],
  ['a script that is asked for later', [{ SCRIPT_NAME: '/a', REQUEST_URI: '/a' }, script]],
  ['a script that is the prefix', [{ SCRIPT_NAME: '/a.php', PATH_INFO: '/x', REQUEST_URI: '/a.php/x' }]],
  [
    'a rewrite of lighttpd',
    [{ ...lighttpd('/app.fcgi', '/a'), REQUEST_URI: '/a', REDIRECT_URI: '/app.fcgi/a' }],
  ],
  ['a rewrite to another path', [{ SCRIPT_NAME: '', PATH_INFO: '/new', REQUEST_URI: '/old' }]],
])('nothing is said about %s', (_what, requests) => {
  expect(said(...requests)).toEqual([]);
});

test('what comes after the first requests is not looked at', () => {
  const page = { SCRIPT_NAME: '', PATH_INFO: '/a', REQUEST_URI: '/a' };
  expect(said(...Array.from({ length: 1_000 }, () => page), taken)).toEqual([]);
});
