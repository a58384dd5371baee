import { Params } from '@fcgi-js/server';
import { type Capture, captures } from 'test-support/captures';
import { describe, expect, test } from 'vitest';
import { mountOf } from '../src/cgi/mount.ts';
import { type RequestTarget, requestTarget } from '../src/cgi/request-target.ts';

/** Requests that an application served: to authorizers the rules of paths do not apply. */
const served = captures.filter(
  ({ params, role, target }) => role === 1 && params.length > 0 && target !== null,
);

/**
 * Where the params cannot tell the prefix, and why. There the option `mount` has to; docs/paths.md says so to users.
 */
const NEEDS_MOUNT: ReadonlyArray<readonly [names: RegExp, reason: string]> = [
  [/^caddy-sub\//, 'SCRIPT_NAME is empty, PATH_INFO has the prefix: as at the root'],
  [/^cherokee-request\//, 'SCRIPT_NAME is empty, PATH_INFO has the prefix: as at the root'],
  [
    /^(haproxy|lighttpd)-sub\/bare|^lighttpd-substrip\/bare|^apache-proxy-sethandler-sub\/bare/,
    'SCRIPT_NAME is the prefix and there is no PATH_INFO: as for /foo at the root where nothing makes a PATH_INFO',
  ],
  [
    /^nginx-rawpath\/bare/,
    'SCRIPT_NAME and PATH_INFO are both the whole path: as for /foo at the root with PATH_INFO $fastcgi_script_name',
  ],
  [
    /^(lighttpd-root|apache-proxy-sethandler)\/(dotfcgi|end-double-slash|foo-slash|query|semicolon)$/,
    'SCRIPT_NAME is the first segment, PATH_INFO the rest: as below a prefix',
  ],
  [
    /^lighttpd-substrip\/(backslash|bad-percent)$/,
    'REQUEST_URI lacks the prefix and there is a REDIRECT_URI: as for a request rewritten to a script',
  ],
];

/** What no option can bring back, because the web server has changed the only param that had it. */
const LOST: Readonly<Record<string, readonly [seen: string, reason: string]>> = {
  'backslash of Caddy': ['/a%5Cb', 'Caddy encodes REQUEST_URI anew'],
  'quote of Caddy': ['/a%22b%3Cc%3E%7C%7Bd%7D', 'Caddy encodes REQUEST_URI anew'],
  'raw-utf8 of Caddy': ['/%E4%BD%A0', 'Caddy encodes REQUEST_URI anew'],
  'bad-percent of Cherokee': ['/a%25zzb', 'Cherokee decodes REQUEST_URI'],
  'dotdot of Cherokee': ['/b', 'Cherokee decodes and normalises REQUEST_URI'],
  'double-slash of Cherokee': ['/a/b', 'Cherokee decodes and normalises REQUEST_URI'],
  'double-slash-prefix of Cherokee': ['/foo', 'Cherokee decodes and normalises REQUEST_URI'],
  'enc-prefix of Cherokee': ['/foo', 'Cherokee decodes and normalises REQUEST_URI'],
  'enc-slash of Cherokee': ['/a/b', 'Cherokee decodes and normalises REQUEST_URI'],
};

/** What an application that has named its prefix does not see, and why. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'caddy-sub/upper-prefix': 'Caddy takes a prefix in any case, but it is named in lower case',
  'haproxy-sub/dotdot-over': 'HAProxy leaves dot segments that lead out of the prefix as they are',
};

function lost({ name }: Capture): string | undefined {
  const [, product, request] = /^(caddy|cherokee)-[^/]*\/(.*)$/.exec(name) ?? [];
  return LOST[`${request} of ${product === 'caddy' ? 'Caddy' : 'Cherokee'}`]?.[0];
}

function reasonForMount({ name }: Capture): string | undefined {
  return NEEDS_MOUNT.find(([names]) => names.test(name))?.[1];
}

/** What the application is to see: it follows from what the client sent and where the application is. */
function expected(capture: Capture): RequestTarget {
  const { name, params, prefix } = capture;
  // One capture stands for many at once; "N" is the number of the request.
  const [number = ''] = /\d+$/.exec(Params.from(params).get('REQUEST_URI') ?? '') ?? [];
  const target = /\/concurrent-/.test(name) ? capture.target!.replace('N', number) : capture.target!;
  const originalUrl = target.replace(/^http:\/\/[^/]+/, '');
  const rest = lost(capture) ?? originalUrl.slice(prefix.length);
  return {
    baseUrl: prefix,
    originalUrl: lost(capture) === undefined ? originalUrl : prefix + rest,
    url: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

const seen = ({ params }: Capture, mount?: string) => requestTarget(Params.from(params), mount);

describe('what the application sees with no option', () => {
  const told = served.filter((capture) => {
    return reasonForMount(capture) === undefined && capture.name !== 'haproxy-sub/dotdot-over';
  });

  test.each(told)('is the URL of $target for $name', (capture) => {
    expect(seen(capture)).toEqual(expected(capture));
  });

  test('is right for so many of all', () => {
    const right = served.filter((capture) => {
      return (
        lost(capture) === undefined && JSON.stringify(seen(capture)) === JSON.stringify(expected(capture))
      );
    });
    expect([right.length, served.length]).toEqual([960, 1029]);
  });

  test.each(served.filter((capture) => reasonForMount(capture) !== undefined))(
    'has the right bytes, but another prefix, for $name',
    (capture) => {
      expect(seen(capture)).not.toEqual(expected(capture));
    },
  );
});

describe('what the application sees if the prefix is named', () => {
  test.each(served.filter(({ name }) => OUTSIDE[name] === undefined))(
    'is the URL of $target for $name',
    (capture) => {
      expect(seen(capture, mountOf(capture.prefix))).toEqual(expected(capture));
    },
  );

  test.each(Object.entries(OUTSIDE))('is nothing for %s: %s', (name) => {
    expect(seen(served.find((capture) => capture.name === name)!, '/yourapplication')).toBeUndefined();
  });

  test.each(served.filter(({ prefix }) => prefix === '/yourapplication'))(
    'is nothing for $name if it is mounted elsewhere',
    (capture) => {
      for (const mount of ['/yourapplicationx', '/your', '/other', '/yourapplication/deeper/still']) {
        expect(seen(capture, mount)).toBeUndefined();
      }
    },
  );
});
