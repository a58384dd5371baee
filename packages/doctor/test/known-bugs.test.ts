import { describe, expect, test } from 'vitest';
import type { Facts } from '../src/facts.ts';
import { readConfiguration } from '../src/gather/read-configuration.ts';
import { judge } from '../src/judge.ts';
import type { WebServerName } from '../src/web-server-names.ts';
import { expectFinding, openFolder, responder, writeProgram } from './support/deployment.ts';

const user = { name: 'www-data', uid: 33, gid: 33, groups: [33] };

/** What is found in a configuration, with what the web server says of itself. */
async function found(product: WebServerName, text: string, webServerVersion?: string) {
  const folder = await openFolder();
  const configuration = await readConfiguration(
    product,
    await writeProgram(folder, text, { name: 'config' }),
  );
  const facts: Facts = {
    user,
    configuration,
    ...(webServerVersion === undefined ? {} : { webServerVersion }),
  };
  return judge(facts).map(({ id }) => id);
}

function answering(poweredBy: string): Facts {
  return { user, answer: { address: 'unix:/run/php/php-fpm.sock', status: 200, poweredBy, stderr: '' } };
}

describe('php-fpm whose kept connections are open to CVE-2026-129289', () => {
  test('is known by what it says in its answers', async () => {
    const head = 'Status: 200\\r\\nX-Powered-By: PHP/8.2.35\\r\\nContent-Length: 0\\r\\n\\r\\n';
    const answer = `socket.end(Buffer.concat([stdout('${head}'), stdout(''), end]));`;
    const program = await writeProgram(await openFolder(), responder({ answer }));
    await expectFinding(
      'php-fpm-vulnerable',
      { target: program },
      {
        evidence: 'X-Powered-By: PHP/8.2.35',
        remedy: 'fastcgi_keep_conn',
      },
    );
  });

  test.each([
    ['PHP/7.4.33', true],
    ['PHP/8.1.34', true],
    ['PHP/8.2.35', true],
    ['PHP/8.2.36', false],
    ['PHP/8.3.36', true],
    ['PHP/8.3.37', false],
    ['PHP/8.4.27-1+b1', true],
    ['PHP/8.4.28', false],
    ['PHP/8.5.12', true],
    ['PHP/8.5.13', false],
    ['PHP/8.6.0', false],
    ['Express', false],
  ])('%s: %s', (poweredBy, isVulnerable) => {
    const ids = judge(answering(poweredBy)).map(({ id }) => id);
    expect(ids).toEqual(isVulnerable ? ['php-fpm-vulnerable'] : []);
  });
});

describe('HAProxy', () => {
  const site =
    'frontend app_http\n    default_backend app\nbackend app\n    use-fcgi-app app\nfcgi-app app\n    docroot /\n';

  test.each([
    ['HAProxy version 3.2.19 2026/05/01', true],
    ['HAProxy version 3.2.20 2026/06/01', false],
    ['HAProxy version 3.3.4 2026/06/01', true],
    ['HAProxy version 3.4.0 2026/06/01', true],
    ['HAProxy version 3.4.1 2026/06/01', false],
    ['HAProxy version 3.5-dev1 2026/06/01', false],
    ['HAProxy version 2.6.12-1+deb12u4 2026/10/17', false],
    ['HAProxy version 3.0.5-2ubuntu1 2026/01/01', false],
    [undefined, false],
  ])('%s can be crashed by an application: %s', async (version, isVulnerable) => {
    expect(await found('haproxy', site, version)).toEqual(isVulnerable ? ['haproxy-vulnerable'] : []);
  });

  test('with a frontend and a backend of one name', async () => {
    expect(await found('haproxy', site.replace('app_http', 'app'))).toEqual(['haproxy-name-clash']);
  });

  test.each([
    ['65543', 'HAProxy version 3.2.15 2026/01/01', false],
    ['65544', 'HAProxy version 2.6.12-1+deb12u4 2026/10/17', true],
    ['131072', undefined, true],
    ['131072', 'HAProxy version 3.2.20 2026/06/01', false],
  ])('with buffers of %s bytes, and %s: %s', async (size, version, isVulnerable) => {
    const ids = await found('haproxy', `global\n    tune.bufsize ${size}\n${site}`, version);
    expect(ids.includes('haproxy-buffer-size')).toBe(isVulnerable);
  });

  test.each([
    ['HAProxy version 3.0.11-1+deb13u1 2026/10/14', ['haproxy-multiplexing']],
    ['HAProxy version 3.2.26-1 2026/10/14', []],
    [undefined, []],
  ])('that shares connections: %s', async (version, ids) => {
    expect(await found('haproxy', `${site}    option mpxs-conns\n`, version)).toEqual(ids);
  });
});

test('lighttpd with an authorizer', async () => {
  const host = '"socket" => "/run/app.sock", "mode" => "authorizer"';
  const text = (more: string) =>
    `server.modules += ("mod_fastcgi")\nfastcgi.server = ( "/" => (( ${host.replace(', "mode" => "authorizer"', more)} )) )\n`;
  expect(await found('lighttpd', text(', "mode" => "authorizer"'))).toEqual(['lighttpd-authorizer']);
  expect(await found('lighttpd', text(''))).toEqual([]);
});

describe('Caddy that finds the length of bodies', () => {
  const site = (more: string) =>
    `:80 {\n    reverse_proxy unix//run/app.sock {\n        transport fastcgi\n${more}    }\n}\n`;

  test.each([
    ['2.11.4', '', ['caddy-length-required']],
    ['v2.9.0 h1:abc=', '', ['caddy-length-required']],
    ['v2.9.0 h1:abc=', '        request_buffers 16MiB\n', []],
    ['2.8.4', '', []],
    [undefined, '', []],
  ])('%s', async (version, more, ids) => {
    expect(await found('caddy', site(more), version)).toEqual(ids);
  });

  test('and speaks HTTP is no matter', async () => {
    expect(await found('caddy', ':80 {\n    reverse_proxy 127.0.0.1:3000\n}\n', '2.11.4')).toEqual([]);
  });
});

describe('Caddy with php_fastcgi', () => {
  test.each([
    ['2.6.2', 'php_fastcgi', ['caddy-split-path']],
    ['v2.11.0 h1:abc=', 'php_fastcgi', ['caddy-split-path']],
    ['2.11.1', 'php_fastcgi', []],
    [undefined, 'php_fastcgi', []],
  ])('%s', async (version, directive, ids) => {
    const site = `:80 {\n    ${directive} unix//run/app.sock\n}\n`;
    const all = await found('caddy', site, version);
    expect(all.filter((id) => id === 'caddy-split-path')).toEqual(ids);
  });
});
