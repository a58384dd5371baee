import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type GatewayOptions } from '@fcgi-js/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayAnswering, paramsOf } from './gateway-for.ts';
import { exchange, valuesOf } from './http-client.ts';
import { document } from './peer.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fcgi-scripts-'));
  await mkdir(join(root, 'wp-admin'));
  await mkdir(join(root, 'empty'));
  await mkdir(join(root, 'folder.php'));
  for (const name of ['index.php', 'a.php', 'é.php', 'wp-admin/index.php', 'secret.txt', 'photo.jpg']) {
    await writeFile(join(root, name), '<?php');
  }
  await symlink('a.php', join(root, 'link.PHP'));
});
afterAll(() => rm(root, { recursive: true }));

const scripts = (options: Partial<GatewayOptions> = {}): GatewayOptions => ({
  documentRoot: root,
  script: {},
  ...options,
});

/** The names in the params of a request for a target, with `ROOT` for the document root; `undefined` where none was asked. */
async function namesFor(target: string, options?: Partial<GatewayOptions>) {
  const { requests, url } = await gatewayAnswering(document(''), scripts(options));
  const { status } = await exchange(url, `GET ${target} HTTP/1.1\r\n`);
  if (requests[0] === undefined) return status;
  const { PATH_INFO, REQUEST_URI, SCRIPT_FILENAME, SCRIPT_NAME } = paramsOf(requests[0]);
  expect(REQUEST_URI).toBe(target);
  return [
    SCRIPT_NAME,
    PATH_INFO,
    Buffer.from(SCRIPT_FILENAME ?? '', 'latin1')
      .toString()
      .replace(root, 'ROOT'),
  ];
}

describe('a gateway with scripts asks for', () => {
  test.each([
    ['/a.php', ['/a.php', '', 'ROOT/a.php']],
    ['/a.php?b=c.php/d', ['/a.php', '', 'ROOT/a.php']],
    ['/a.php/b/c.php/', ['/a.php', '/b/c.php/', 'ROOT/a.php']],
    ['/link.PHP/x', ['/link.PHP', '/x', 'ROOT/link.PHP']],
    ['/%C3%A9.php', ['/\xc3\xa9.php', '', 'ROOT/é.php']],
    ['/', ['/index.php', '', 'ROOT/index.php']],
    ['/wp-admin/', ['/wp-admin/index.php', '', 'ROOT/wp-admin/index.php']],
    ['/2024/a-post/', ['/index.php', '', 'ROOT/index.php']],
    ['/missing.php', ['/index.php', '', 'ROOT/index.php']],
    ['/photo.jpg/x.php', ['/index.php', '', 'ROOT/index.php']],
    ['/folder.php/x', ['/index.php', '', 'ROOT/index.php']],
    ['/empty', ['/index.php', '', 'ROOT/index.php']],
    ['/a.phps', ['/index.php', '', 'ROOT/index.php']],
  ])('%s', async (target, names) => {
    expect(await namesFor(target)).toEqual(names);
  });

  test('scripts below a prefix, which SCRIPT_NAME has and files have not', async () => {
    const mount = '/blog';
    expect(await namesFor('/blog/a.php/x', { mount })).toEqual(['/blog/a.php', '/x', 'ROOT/a.php']);
    expect(await namesFor('/blog', { mount })).toEqual(['/blog/index.php', '', 'ROOT/index.php']);
    expect(await namesFor('/a.php', { mount })).toBe(404);
  });

  test('scripts with another end and another index', async () => {
    const script = { index: 'secret.txt', split: '.txt' };
    expect(await namesFor('/secret.txt/x', { script })).toEqual(['/secret.txt', '/x', 'ROOT/secret.txt']);
    expect(await namesFor('/a.php', { script })).toEqual(['/secret.txt', '', 'ROOT/secret.txt']);
  });
});

describe('a gateway with scripts answers itself', () => {
  test.each(['/../a.php', '/wp-admin/%2e%2e/a.php', '/./a.php', '/wp-admin/..'])(
    '%s with 404',
    async (target) => {
      expect(await namesFor(target)).toBe(404);
    },
  );

  test('what no script is for, where there is no front controller', async () => {
    const script = { index: 'none.php' };
    expect(await namesFor('/', { script })).toBe(404);
    expect(await namesFor('/missing.php', { script })).toBe(404);
  });

  test.each([
    ['/wp-admin?a=b', '/wp-admin/?a=b'],
    ['//wp-admin', '/wp-admin/'],
  ])('%s, a folder, with a redirect to it, which leaves no host', async (target, location) => {
    const { requests, url } = await gatewayAnswering(document(''), scripts());
    const answer = await exchange(url, `GET ${target} HTTP/1.1\r\n`);
    expect(answer.status).toBe(308);
    expect(valuesOf(answer, 'Location')).toEqual([location]);
    expect(requests).toEqual([]);
  });

  test('so it does for fetch', async () => {
    const gateway = createGateway({ address: '/nowhere', documentRoot: root, script: {} });
    const answer = await gateway.fetch(new Request('http://localhost/wp-admin'));
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/wp-admin/']);
  });
});

test.each<[target: string, names: boolean]>([
  ['/a.php', true],
  ['/a.PhP?b', true],
  ['/a.php/rest', true],
  ['/x/..//a.php', true],
  ['/a%2ephp', true],
  ['/%61.%70hp', true],
  ['/x%2Fa.php%2f', true],
  ['/x%5Ca.php', true],
  ['/a.php#.css', true],
  ['/a.php#/b.css?c', true],
  ['http://host/a.php', true],
  ['/%00.css', true],
  ['a.css', true],
  ['/', false],
  ['*', false],
  ['/a.css?b=/a.php', false],
  ['/a.phpx', false],
  ['/a%252ephp', false],
])('isScript(%j) is %s', (target, names) => {
  const gateway = createGateway({ documentRoot: root, script: {}, address: ':1' });
  expect(gateway.isScript(target)).toBe(names);
  expect(createGateway({ address: ':1' }).isScript(target)).toBe(names);
});

test('isScript() goes by the end that scripts have', () => {
  const gateway = createGateway({ documentRoot: root, script: { split: '.CGI' }, address: ':1' });
  expect(['/a.cgi', '/a.php'].map(gateway.isScript)).toEqual([true, false]);
});

test.each<[string, object]>([
  ['documentRoot', {}],
  ['documentRoot', { documentRoot: 'public' }],
  ['documentRoot', { documentRoot: '/srv/' }],
  ['scriptFilename', { documentRoot: '/srv', scriptFilename: '/srv/index.php' }],
  ['index', { documentRoot: '/srv', script: { index: 'a/b.php' } }],
  ['split', { documentRoot: '/srv', script: { split: 'php' } }],
  ['other', { documentRoot: '/srv', script: { other: 1 } }],
])('"%s" is checked', (name, options) => {
  expect(() => createGateway({ address: '/x', script: {}, ...options })).toThrow(
    expect.objectContaining({ code: 'FCGI_OPTION_INVALID', message: expect.stringContaining(`"${name}"`) }),
  );
});
