import {
  apacheProxyFix,
  cgiRootFix,
  lighttpdCgiRootFix,
  type ParamsTransform,
  scriptNamePrefix,
  scriptNameStripper,
} from '@fcgi-js/middleware';
import { captures } from 'test-support/captures';
import { describe, expect, test } from 'vitest';
import { isSamePath, sentPath } from '../src/paths.ts';

const served = captures.filter(
  ({ params, role, target }) => role === 1 && params.length > 0 && target !== null,
);

/** What mends what each configuration sends. */
const mended: ReadonlyArray<readonly [title: string, names: RegExp, transform: ParamsTransform]> = [
  ['lighttpd at the root', /^lighttpd-root\//, lighttpdCgiRootFix()],
  ['mod_proxy_fcgi', /^apache-proxy-(root|root-unix|reuse|reuse-unix|script|sub)\//, apacheProxyFix()],
  [
    'a rewrite to a script',
    /^(apache-(fcgid|fastcgi)-htaccess|lighttpd-rewrite|caddy-split)\//,
    scriptNameStripper(),
  ],
  ['a rewrite to a script at the root', /^(apache-fcgid-htaccess|caddy-split)\//, cgiRootFix('/')],
  ['lighttpd that strips the prefix', /^lighttpd-substrip\//, scriptNamePrefix('/yourapplication')],
  ['Caddy below a prefix', /^caddy-sub\/(?!upper-prefix)/, scriptNamePrefix('/yourapplication')],
];

describe.each(mended)('what is sent by %s', (_, names, transform) => {
  const those = served.filter(({ name }) => names.test(name));

  test('was recorded', () => {
    expect(those.length).toBeGreaterThan(10);
  });

  test.each(those)('has the right prefix and path afterwards: $name', ({ params, prefix }) => {
    const after = transform(new Map(params));
    expect(after.get('SCRIPT_NAME')).toBe(prefix);
    const path = `${prefix}${after.get('PATH_INFO') ?? ''}`;
    // REQUEST_URI with the dot segments resolved and decoded; some leave them to the application.
    const sent = sentPath(after.get('REQUEST_URI'));
    expect(isSamePath(path, sent) || path === sent).toBe(true);
  });
});

test('what needs no repair of paths is left alone', () => {
  const right =
    /^(nginx-(root|sub|keepalive|unbuffered)|lighttpd-(rootfix|sub|stream)|apache-(fcgid|fastcgi)-(root|sub)|haproxy-(root|sub)|caddy-root)\//;
  const transforms = [apacheProxyFix(), cgiRootFix('/'), scriptNameStripper()];
  const changed = served
    .filter(({ name }) => right.test(name))
    .filter(({ params }) => {
      const given = new Map(params);
      return transforms.some((transform) => transform(given) !== given);
    });
  expect(changed.map(({ name }) => name)).toEqual([]);
});
