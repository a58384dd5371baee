import { Params } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { requestTarget } from '../../src/cgi/request-target.ts';

const INDEX = { SCRIPT_NAME: '/index.php', SERVER_SOFTWARE: 'nginx/1.22.1' };

/** Params as nginx 1.22 sends them with configurations that are published for PHP, Perl, Python and CGI programs. */
test.each<[recipe: string, params: Record<string, string>, baseUrl: string, url: string]>([
  ['try_files to /index.php', { ...INDEX, REQUEST_URI: '/a/b?x=1' }, '', '/a/b?x=1'],
  ['Debian’s fastcgi-php.conf', { ...INDEX, PATH_INFO: '', REQUEST_URI: '/a/b?x=1' }, '', '/a/b?x=1'],
  [
    'a front controller in a folder',
    { ...INDEX, SCRIPT_NAME: '/blog/index.php', REQUEST_URI: '/blog/2020/post?x=1' },
    '/blog',
    '/2020/post?x=1',
  ],
  [
    'rewrite ^ /index.php',
    { ...INDEX, PATH_INFO: '', REQUEST_URI: '/apps/files/?dir=x' },
    '',
    '/apps/files/?dir=x',
  ],
  [
    'rewrite to index.php?q=',
    { ...INDEX, QUERY_STRING: 'q=node/1&x=1', REQUEST_URI: '/node/1?x=1' },
    '',
    '/node/1?x=1',
  ],
  ['PATH_INFO $fastcgi_script_name alone', { PATH_INFO: '/a/b', QUERY_STRING: 'x=1' }, '', '/a/b?x=1'],
  [
    'fastcgi_split_path_info and SCRIPT_NAME',
    {
      SCRIPT_NAME: '/trac',
      PATH_INFO: '/wiki',
      REQUEST_URI: '/trac/wiki?x=1',
      SERVER_SOFTWARE: 'nginx/1.22.1',
    },
    '/trac',
    '/wiki?x=1',
  ],
  [
    'PATH_INFO $uri beside fastcgi_params',
    {
      SCRIPT_NAME: '/repo/tree',
      PATH_INFO: '/repo/tree',
      REQUEST_URI: '/repo/tree?x=1',
      SERVER_SOFTWARE: 'nginx/1.22.1',
    },
    '',
    '/repo/tree?x=1',
  ],
  [
    'a CGI program in a folder',
    {
      SCRIPT_NAME: '/cgi-bin/mailman/listinfo',
      PATH_INFO: '/x',
      REQUEST_URI: '/cgi-bin/mailman/listinfo/x',
      SERVER_SOFTWARE: 'nginx/1.22.1',
    },
    '/cgi-bin/mailman/listinfo',
    '/x',
  ],
  [
    'fcgiwrap without PATH_INFO',
    { SCRIPT_NAME: '/cgi-bin/a', REQUEST_URI: '/cgi-bin/a?x=1', SERVER_SOFTWARE: 'nginx/1.22.1' },
    '',
    '/cgi-bin/a?x=1',
  ],
  [
    'rewrite … break below a prefix',
    { SCRIPT_NAME: '/app', PATH_INFO: '/x/y', REQUEST_URI: '/app/x/y?x=1', SERVER_SOFTWARE: 'nginx/1.22.1' },
    '/app',
    '/x/y?x=1',
  ],
  [
    'SCRIPT_NAME alone set to the prefix',
    { SCRIPT_NAME: '/shop', DOCUMENT_URI: '/shop/a', REQUEST_URI: '/shop/a?x=1' },
    '/shop',
    '/a?x=1',
  ],
  [
    'SCRIPT_NAME alone set to the prefix, and its home page',
    { SCRIPT_NAME: '/shop', DOCUMENT_URI: '/shop/', REQUEST_URI: '/shop/' },
    '/shop',
    '/',
  ],
  [
    'a rewrite to another page',
    { SCRIPT_NAME: '/news', DOCUMENT_URI: '/news', REQUEST_URI: '/news/2020?x=1' },
    '',
    '/news/2020?x=1',
  ],
  [
    'a front controller in PATH_INFO',
    { ...INDEX, DOCUMENT_URI: '/index.php', PATH_INFO: '/index.php', REQUEST_URI: '/a/b?x=1' },
    '',
    '/a/b?x=1',
  ],
  ['SCRIPT_NAME alone', { SCRIPT_NAME: '/x/y', QUERY_STRING: 'x=1' }, '', '/x/y?x=1'],
])('%s', (_recipe, params, baseUrl, url) => {
  const pairs = Object.entries({ QUERY_STRING: url.split('?')[1] ?? '', REQUEST_METHOD: 'GET', ...params });
  expect(requestTarget(Params.from(pairs))).toMatchObject({ baseUrl, url });
});
