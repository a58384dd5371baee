import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deadLinks } from '../src/dead-links.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-site-'));
  await mkdir(join(folder, 'api'));
  await writeFile(join(folder, 'api/index.html'), '<h1 id="a&amp;b">A</h1><a name="old"></a>');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function deadIn(html: string): Promise<string[]> {
  await writeFile(join(folder, 'page.html'), html);
  return deadLinks(folder);
}

test('links to files, folders, headings and other sites are fine', async () => {
  const links = [
    '/page',
    '/page.html',
    'api/',
    '/api/index.html#a%26b',
    '/api/#old',
    '#here',
    'https://example.org/x',
  ];
  const html = links.map((link) => `<a href="${link}">x</a>`).join('');
  expect(await deadIn(`<p id="here">${html}</p>`)).toEqual([]);
});

test('links to nothing are found, once for each page, and in images and scripts too', async () => {
  const html = `<a href="/nothing">x</a> <a href="/nothing">y</a> <a href="#there">x</a> <a href="api/#no">x</a>
    <img src="/no.svg"> <script src="/no.js"></script> <a href="/api">x</a>`;
  expect(await deadIn(html)).toEqual(
    ['/nothing', '#there', 'api/#no', '/no.svg', '/no.js', '/api'].map((link) => `/page.html: ${link}`),
  );
});

test('what stands in scripts and in text is no link', async () => {
  expect(await deadIn(`<script>x = ' href="/nothing"'</script>&lt;a href=&quot;/nothing&quot;&gt;`)).toEqual(
    [],
  );
});
