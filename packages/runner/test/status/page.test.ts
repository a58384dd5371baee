import { expect, test, vi } from 'vitest';
import { type PageRequest, statusPage } from '../../src/status/page.ts';
import { type OwnSite, ownAnswer, ownSite, sharedAnswer } from '../../src/status/status-site.ts';
import { SEVERAL, SNAPSHOT, statusOf } from './support.ts';

const GET: PageRequest = { accept: '*/*', method: 'GET', query: '' };
const PROMETHEUS =
  'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,application/json;q=0.2,*/*;q=0.1';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test.each([
  ['', '*/*', 'text/plain; charset=utf-8', /^pool: /],
  ['full', '*/*', 'text/plain; charset=utf-8', /\npid: /],
  ['', BROWSER, 'text/html; charset=utf-8', /^<!doctype html>/],
  ['json', BROWSER, 'application/json', /^\{"pool"/],
  ['', 'application/json', 'application/json', /^\{"pool"/],
  ['full&json', '*/*', 'application/json', /"processes":/],
  ['html', '*/*', 'text/html; charset=utf-8', /^<!doctype html>/],
  ['text', BROWSER, 'text/plain; charset=utf-8', /^pool: /],
  ['css', BROWSER, 'text/css; charset=utf-8', /^:root/],
  ['openmetrics', '*/*', 'application/openmetrics-text; version=1.0.0; charset=utf-8', /# EOF\n$/],
  ['', PROMETHEUS, 'application/openmetrics-text; version=1.0.0; charset=utf-8', /# EOF\n$/],
])('?%s with Accept: %s is %s', async (query, accept, type, body) => {
  const answer = await statusPage({ accept, method: 'GET', query }, async () => statusOf(SNAPSHOT));
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store', 'Content-Type': type });
  expect(answer.body).toMatch(body);
});

test('HEAD has no body, other methods are refused, and neither asks for figures', async () => {
  const status = vi.fn(async () => statusOf(SNAPSHOT));
  expect(await statusPage({ ...GET, method: 'HEAD' }, status)).toMatchObject({ body: '', status: 200 });
  expect(await statusPage({ ...GET, method: 'POST' }, status)).toMatchObject({
    headers: { Allow: 'GET, HEAD' },
    status: 405,
  });
  expect(status).not.toHaveBeenCalled();
});

test('before an application there are only the pages that were asked for', async () => {
  const site = { pingPath: '/alive', snapshot: () => SNAPSHOT, statusPath: '/fcgi/status' };
  expect(await sharedAnswer(site, '/alive', () => GET)).toMatchObject({ body: 'pong', status: 200 });
  expect((await sharedAnswer(site, '/fcgi/status', () => GET))?.body).toMatch(/^pool: /);
  for (const path of ['/', '/metrics', '/status', '/ping', '/alive/', '/fcgi/status/x', '']) {
    expect(sharedAnswer(site, path, () => GET)).toBeUndefined();
  }
  expect(sharedAnswer({ snapshot: () => SNAPSHOT }, '/status', () => GET)).toBeUndefined();
});

test('an address of their own has all pages, and nothing else', async () => {
  const site = ownSite({ snapshot: () => SNAPSHOT });
  for (const path of ['/', '/status']) expect((await ownAnswer(site, path, GET)).body).toMatch(/^pool: /);
  expect((await ownAnswer(site, '/ping', GET)).body).toBe('pong');
  expect((await ownAnswer(site, '/metrics', GET)).body).toMatch(/# EOF\n$/);
  expect((await ownAnswer(site, '/metrics/x', GET)).status).toBe(404);
  const named = ownSite({ pingPath: '/a', snapshot: () => SNAPSHOT, statusPath: '/b' });
  expect((await ownAnswer(named, '/a', GET)).body).toBe('pong');
  expect((await ownAnswer(named, '/b', GET)).body).toMatch(/^pool: /);
  expect((await ownAnswer(named, '/status', GET)).status).toBe(404);
});

test('that of several applications has a page for all, and one for each', async () => {
  const pools = new Map(SEVERAL.pools.map((pool) => [pool.name, () => pool]));
  const site: OwnSite = { kind: 'several', pools };
  expect((await ownAnswer(site, '/status', GET)).body).toMatch(/^pool: +shop\n(?:.+\n)+\npool: +blog\n/);
  const blog = await ownAnswer(site, '/status/blog', { ...GET, query: 'json' });
  expect(JSON.parse(blog.body)).toMatchObject({ pool: 'blog' });
  expect((await ownAnswer(site, '/status/none', GET)).status).toBe(404);
  expect((await ownAnswer(ownSite({ snapshot: () => SNAPSHOT }), '/status/', GET)).status).toBe(404);
});
