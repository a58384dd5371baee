import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { rawHeaders } from '../../src/cgi/request-headers.ts';

type Pairs = ReadonlyArray<readonly [string, string]>;

function headers(pairs: Pairs | Readonly<Record<string, string>>): string[] {
  return rawHeaders(Params.from(Array.isArray(pairs) ? pairs : Object.entries(pairs)));
}

describe('names of header fields', () => {
  test.each([
    ['HTTP_HOST', 'Host'],
    ['HTTP_USER_AGENT', 'User-Agent'],
    ['HTTP_X_FORWARDED_FOR', 'X-Forwarded-For'],
    ['HTTP_ETAG', 'Etag'],
    ['HTTP_X__TWO', 'X--Two'],
    ['HTTP_X_1', 'X-1'],
    ['HTTP_X.DOT', 'X.dot'],
    ["HTTP_X'QUOTE", "X'quote"],
    ['HTTP___PROTO__', '--Proto--'],
    [`HTTP_${'A'.repeat(130)}`, `A${'a'.repeat(129)}`],
  ])('%s is %s', (variable, name) => {
    expect(headers([[variable, 'v']])).toEqual([name, 'v']);
  });

  test.each([
    ['HTTP_X_ABC:', 'X-Abc'],
    ['HTTP_X_ABC: ', 'X-Abc'],
    ['HTTP_X_ABC:  ', 'X-Abc'],
  ])('%j, as Cherokee makes them, lose colons and blanks at their end', (variable, name) => {
    expect(headers([[variable, 'v']])).toEqual([name, 'v']);
  });

  test('are found again among hundreds, where only the last value counts or all do', () => {
    const others = Array.from({ length: 300 }, (_, i) => [`HTTP_X_${i}`, String(i)] as const);
    for (const at of [0, 63, 64, 65, 299]) {
      const pairs = [
        ...others.slice(0, at),
        ['HTTP_REFERER', 'old'],
        ['HTTP_VIA', 'one'],
        ...others.slice(at),
      ] as const;
      const raw = headers([...pairs, ['HTTP_REFERER', 'new'], ['HTTP_VIA', 'two'], ['HTTP_VIA', 'one']]);
      expect(raw).toHaveLength(2 * (300 + 3));
      expect(raw.slice(2 * at, 2 * at + 4)).toEqual(['Referer', 'new', 'Via', 'one']);
      expect(raw.slice(-2)).toEqual(['Via', 'two']);
    }
  });

  test('may be a million colons long without stopping the process', () => {
    expect(headers([[`HTTP_${':'.repeat(1_000_000)}X`, 'v']])).toEqual([]);
    expect(headers([[`HTTP_X${':'.repeat(1_000_000)}`, 'v']])).toEqual(['X', 'v']);
  });

  test.each([...'\0\t\r\n "(),/:;<=>?@[\\]{}\x7f\x80\xe9\xff'])(
    'with %j, which the parser of Node would refuse, are left out with their values',
    (character) => {
      const pairs: Pairs = [
        [`HTTP_X${character}Y`, 'v'],
        ['HTTP_X_Y', 'w'],
      ];
      expect(headers(pairs)).toEqual(['X-Y', 'w']);
    },
  );

  test.each(['HTTP_', 'HTTP_:', 'HTTP_ : '])('%j has none and is left out', (variable) => {
    expect(headers([[variable, 'v']])).toEqual([]);
  });

  test.each(['SERVER_NAME', 'HTTPS', 'HTTPX_A', 'XHTTP_A', 'http_host', 'REMOTE_USER', ''])(
    'are not made of %j',
    (variable) => {
      expect(headers([[variable, 'v']])).toEqual([]);
    },
  );

  test('are the same however many different ones came before', () => {
    for (let i = 0; i < 3_000; i += 1) headers([[`HTTP_X_FLOOD_${i}`, 'v']]);
    expect(headers([['HTTP_X_FLOOD_2999', 'v']])).toEqual(['X-Flood-2999', 'v']);
    expect(headers([['HTTP_X_FLOOD_1', 'v']])).toEqual(['X-Flood-1', 'v']);
  });
});

describe('values of header fields', () => {
  test.each(['', ' ', 'a, b', 'caf\xe9', '\xc3\x9f', '"quoted"', '0'])('%j stays as it is', (value) => {
    expect(headers([['HTTP_X_A', value]])).toEqual(['X-A', value]);
  });
});

describe('values with control characters, which the parser of Node would refuse', () => {
  test.each(['a\r\nX-Evil: b', 'a\nb', 'a\rb', '\0', 'a\0b', '\x01', '\x0b', '\x1f', '\x7f'])(
    'are left out with their fields: %j',
    (value) => {
      const params = { HTTP_X_A: value, HTTP_HOST: value, CONTENT_TYPE: value, HTTP_X_B: 'b' };
      expect(headers(params)).toEqual(['X-B', 'b']);
    },
  );

  test('do not take the place of another value', () => {
    const pairs: Pairs = [
      ['HTTP_HOST', 'app.example'],
      ['HTTP_HOST', 'app.example\r\nX: y'],
    ];
    expect(headers(pairs)).toEqual(['Host', 'app.example']);
  });

  test('but tabs and bytes above ASCII stay, as in Node', () => {
    expect(headers([['HTTP_X_A', 'a\tb\x80\xff']])).toEqual(['X-A', 'a\tb\x80\xff']);
  });
});

describe('empty values', () => {
  test.each([
    'AUTHORIZATION',
    'COOKIE',
    'FORWARDED',
    'FROM',
    'HOST',
    'IF_MATCH',
    'IF_MODIFIED_SINCE',
    'IF_NONE_MATCH',
    'IF_RANGE',
    'IF_UNMODIFIED_SINCE',
    'MAX_FORWARDS',
    'ORIGIN',
    'PROXY_AUTHORIZATION',
    'RANGE',
    'REFERER',
    'USER_AGENT',
    'X_FORWARDED_FOR',
    'X_FORWARDED_HOST',
    'X_FORWARDED_PROTO',
    'X_REAL_IP',
  ])('of %s mean that the browser has not sent it (nginx: HTTP_HOST $http_host)', (word) => {
    expect(headers({ [`HTTP_${word}`]: '', HTTP_X_A: 'a' })).toEqual(['X-A', 'a']);
  });

  test('of fields that may be empty stay, because they may mean something', () => {
    for (const [word, name] of [
      ['ACCEPT', 'Accept'],
      ['ACCEPT_ENCODING', 'Accept-Encoding'],
      ['X_CUSTOM', 'X-Custom'],
    ] as const) {
      expect(headers({ [`HTTP_${word}`]: '' })).toEqual([name, '']);
    }
  });

  test('replace what came before, where only the last value counts', () => {
    const pairs: Pairs = [
      ['HTTP_AUTHORIZATION', 'Basic eDp5'],
      ['HTTP_X_A', 'a'],
      ['HTTP_AUTHORIZATION', ''],
    ];
    expect(headers(pairs)).toEqual(['X-A', 'a']);
  });

  test('add nothing to cookies', () => {
    const pairs: Pairs = [
      ['HTTP_COOKIE', ''],
      ['HTTP_COOKIE', 'a=1'],
    ];
    expect(headers(pairs)).toEqual(['Cookie', 'a=1']);
  });

  test('of HTTP_TRANSFER_ENCODING announce no body', () => {
    expect(headers({ REQUEST_METHOD: 'GET', HTTP_TRANSFER_ENCODING: '', CONTENT_LENGTH: '' })).toEqual([]);
  });
});

describe('fields that come more than once', () => {
  test('stay apart and in order, for Node to join (Cookie with "; ", others with ", ")', () => {
    const pairs: Pairs = [
      ['HTTP_COOKIE', 'a=1'],
      ['HTTP_ACCEPT', 'text/html'],
      ['HTTP_COOKIE', 'b=2; c=3'],
      ['HTTP_ACCEPT', '*/*'],
    ];
    expect(headers(pairs)).toEqual([
      'Cookie',
      'a=1',
      'Accept',
      'text/html',
      'Cookie',
      'b=2; c=3',
      'Accept',
      '*/*',
    ]);
  });

  test('with the same value were set twice by the configuration, and come once', () => {
    const pairs: Pairs = [
      ['HTTP_X_A', 'same'],
      ['HTTP_X_A', 'same'],
    ];
    expect(headers(pairs)).toEqual(['X-A', 'same']);
  });

  test.each([
    'AUTHORIZATION',
    'FROM',
    'HOST',
    'IF_MODIFIED_SINCE',
    'IF_UNMODIFIED_SINCE',
    'MAX_FORWARDS',
    'ORIGIN',
    'PROXY_AUTHORIZATION',
    'REFERER',
    'USER_AGENT',
  ])('though a request has one %s: the last one counts, as nginx intends', (word) => {
    const variable = `HTTP_${word}`;
    const found = headers([
      [variable, 'first'],
      ['HTTP_ACCEPT', '*/*'],
      [variable, 'last'],
    ]);
    expect(found).toHaveLength(4);
    expect(found.slice(0, 2)[1]).toBe('last');
    expect(found.slice(2)).toEqual(['Accept', '*/*']);
  });

  test('are recognised whatever values other fields have', () => {
    // A browser must not be able to undo the Host that nginx is configured to set.
    const pairs: Pairs = [
      ['HTTP_X_A', 'Host'],
      ['HTTP_HOST', 'evil.example'],
      ['HTTP_HOST', 'configured.example'],
    ];
    expect(headers(pairs)).toEqual(['X-A', 'Host', 'Host', 'configured.example']);
  });

  test('under two names that CGI cannot tell apart never replace each other silently', () => {
    // X-Real-User and X_Real_User, from lighttpd and h2o.
    const pairs: Pairs = [
      ['HTTP_X_REAL_USER', 'trusted'],
      ['HTTP_X_REAL_USER', 'spoofed'],
    ];
    expect(headers(pairs)).toEqual(['X-Real-User', 'trusted', 'X-Real-User', 'spoofed']);
  });

  test('are handled in the time that their number takes, not its square', () => {
    const pairs = Array.from({ length: 2_000 }, (_, index) => ['HTTP_X_SAME', `value ${index}`] as const);
    expect(headers(pairs)).toHaveLength(4_000);
  });
});

describe('Authorization, where a rewrite rule of Apache passes it on', () => {
  test.each(['REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION'])(
    'is had from %s',
    (name) => {
      expect(headers({ [name]: 'Basic x' })).toEqual(['Authorization', 'Basic x']);
    },
  );

  test('is the one of the browser where both are there', () => {
    expect(headers({ HTTP_AUTHORIZATION: 'Basic a', REDIRECT_HTTP_AUTHORIZATION: 'Basic b' })).toEqual([
      'Authorization',
      'Basic a',
    ]);
  });

  test.each(['', 'a\nb'])('is not had from the value %j', (value) => {
    expect(headers({ REDIRECT_HTTP_AUTHORIZATION: value })).toEqual([]);
  });
});

describe('fields that are not passed on', () => {
  test.each([
    'HTTP_CONNECTION',
    'HTTP_CONTENT_LENGTH',
    'HTTP_CONTENT_TYPE',
    'HTTP_EXPECT',
    'HTTP_KEEP_ALIVE',
    'HTTP_PROXY',
    'HTTP_PROXY_CONNECTION',
    'HTTP_TE',
    'HTTP_TRANSFER_ENCODING',
    'HTTP_UPGRADE',
  ])('%s', (variable) => {
    const params = { [variable]: 'x', REQUEST_METHOD: 'GET', CONTENT_LENGTH: '0' };
    expect(headers(params)).toEqual([]);
  });

  test('HTTP_PROXY, however it is misspelt (Cherokee does)', () => {
    expect(headers([['HTTP_proxy', 'http://evil.example']])).toEqual([]);
    expect(headers([['HTTP_PROXY:', 'http://evil.example']])).toEqual([]);
    expect(headers([['HTTP_PROXY: ', 'http://evil.example']])).toEqual([]);
  });

  test('but those that only look alike are', () => {
    const pairs: Pairs = [
      ['HTTP_PROXY_AUTHORIZATION', 'a'],
      ['HTTP_X_PROXY', 'b'],
      ['HTTP_UPGRADE_INSECURE_REQUESTS', '1'],
    ];
    expect(headers(pairs)).toEqual([
      'Proxy-Authorization',
      'a',
      'X-Proxy',
      'b',
      'Upgrade-Insecure-Requests',
      '1',
    ]);
  });
});

describe('Content-Type and Content-Length', () => {
  test('come from their own variables', () => {
    const params = {
      REQUEST_METHOD: 'POST',
      CONTENT_TYPE: 'text/plain',
      CONTENT_LENGTH: '5',
      HTTP_CONTENT_TYPE: 'text/html',
      HTTP_CONTENT_LENGTH: '99',
    };
    expect(headers(params)).toEqual(['Content-Type', 'text/plain', 'Content-Length', '5']);
  });

  test('are not there when nginx sends them empty, so that body parsers see no body', () => {
    expect(headers({ REQUEST_METHOD: 'GET', CONTENT_TYPE: '', CONTENT_LENGTH: '' })).toEqual([]);
    expect(headers({ REQUEST_METHOD: 'POST', CONTENT_TYPE: '', CONTENT_LENGTH: '' })).toEqual([]);
  });

  test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])('of 0 is not there with %s', (method) => {
    expect(headers({ REQUEST_METHOD: method, CONTENT_LENGTH: '0' })).toEqual([]);
  });

  test.each(['POST', 'PUT', 'PATCH'])('of 0 is there with %s, as browsers send it', (method) => {
    expect(headers({ REQUEST_METHOD: method, CONTENT_LENGTH: '0' })).toEqual(['Content-Length', '0']);
  });

  test('of a GET with a body are there', () => {
    expect(headers({ REQUEST_METHOD: 'GET', CONTENT_LENGTH: '3' })).toEqual(['Content-Length', '3']);
  });

  test('are written as numbers are', () => {
    expect(headers({ CONTENT_LENGTH: '0042' })).toEqual(['Content-Length', '42']);
  });
});

describe('a body whose length is not known', () => {
  test.each([
    ['mod_proxy_fcgi', { HTTP_TRANSFER_ENCODING: 'chunked' }],
    ['nginx without request buffering', { HTTP_TRANSFER_ENCODING: 'chunked', CONTENT_LENGTH: '' }],
    ['Caddy', { CONTENT_LENGTH: '-1' }],
  ])('is announced by Transfer-Encoding, so that body parsers see it (%s)', (_, params) => {
    expect(headers({ REQUEST_METHOD: 'POST', ...params } as Record<string, string>)).toEqual([
      'Transfer-Encoding',
      'chunked',
    ]);
  });

  test('is not announced where the web server has found out its length', () => {
    const params = { REQUEST_METHOD: 'POST', HTTP_TRANSFER_ENCODING: 'chunked', CONTENT_LENGTH: '10' };
    expect(headers(params)).toEqual(['Content-Length', '10']);
  });

  test('is not assumed where nothing says so', () => {
    expect(headers({ REQUEST_METHOD: 'POST' })).toEqual([]);
  });
});

test('the order of params does not matter', () => {
  const params: Array<[string, string]> = [
    ['CONTENT_LENGTH', '3'],
    ['HTTP_HOST', 'a'],
    ['CONTENT_TYPE', 'text/plain'],
    ['REQUEST_METHOD', 'POST'],
  ];
  const expected = ['Host', 'a', 'Content-Type', 'text/plain', 'Content-Length', '3'];
  expect(headers(params)).toEqual(expected);
  expect(headers(params.toReversed())).toEqual(expected);
});
