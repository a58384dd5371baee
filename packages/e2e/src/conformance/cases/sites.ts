import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { patternParts, patternSha256 } from '../../pattern.ts';
import { FIXTURE_TEXT, STATIC_TEXT } from '../../scratch-folder.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { digestOf, echoOf } from '../echo.ts';

const MEGABYTES_5 = 5_000_000;

/** What a configuration decides: which URLs are the application's, and which are not. */
export const sites = {
  bareMount: {
    title: 'serves its prefix with and without a slash',
    async run({ mount, site }) {
      for (const path of mount === '' ? ['/'] : [mount, `${mount}/`, `${mount}?a=1`]) {
        const answer = await site.request(path);
        assert.equal(answer.status, 200, path);
        assert.equal(answer.text(), 'hello', path);
      }
    },
    weaker: {
      title: 'serves its prefix with a slash, and the browser is sent there',
      async run({ mount, site }) {
        const answer = await site.request(`${mount}?a=1`);
        assert.equal(answer.status, 301);
        assert.match(answer.headers.location ?? '', new RegExp(`${mount}/\\?a=1$`));
        assert.equal((await site.request(`${mount}/`)).text(), 'hello');
      },
    },
  },
  prefixInOtherWords: {
    title: 'finds the rest of the URL however its prefix was written',
    async run({ mount, site }) {
      for (const written of [`/x/..${mount}`, `/%79${mount.slice(2)}`, `/.${mount}`]) {
        const { baseUrl, originalUrl, url } = echoOf(await site.request(`${written}/echo/a%20b?c`));
        assert.deepEqual([originalUrl, baseUrl, url], [`${written}/echo/a%20b?c`, mount, '/echo/a%20b?c']);
      }
    },
  },
  siblings: {
    title: 'serves nothing that only begins like its prefix, and nothing above it',
    async run({ mount, site }) {
      for (const path of [`${mount}x/echo`, `${mount}x`, '/echo', '/', `${mount}.fcgi/echo`]) {
        const answer = await site.request(path);
        assert.notEqual(answer.status, 200, path);
        assert.doesNotMatch(answer.text(), /Cannot GET|originalUrl/, path);
      }
    },
  },
  staticFile: {
    title: 'leaves a static file to the web server',
    async run({ http }) {
      const answer = await http.request('/static/a%20file.txt');
      assert.equal(answer.status, 200);
      assert.equal(answer.text(), STATIC_TEXT);
      assert.equal((await http.request('/static/none.txt')).status, 404);
    },
  },
  staticFolder: {
    title: 'gets what looks like a static file and is none, and no path leaves the folder',
    async run({ http }) {
      assert.match((await http.request('/staticx')).text(), /Cannot GET \S*\/staticx/);
      for (const path of ['/static../fixture.txt', '/static/../fixture.txt', '/static/%2e%2e/fixture.txt']) {
        assert.notEqual((await http.request(path)).text(), FIXTURE_TEXT, path);
      }
    },
  },
  upload: {
    title: 'gets an upload of 5 MB',
    async run({ http, notes }) {
      const body = patternParts(MEGABYTES_5);
      const path = `/upload/${notes.token()}`;
      const answer = await http.request({ method: 'POST', path, body, length: MEGABYTES_5 });
      assert.deepEqual(digestOf(answer), { length: MEGABYTES_5, sha256: patternSha256(MEGABYTES_5) });
    },
  },
  lineBreakInUrl: {
    title: 'sees a line break in the path as it was sent',
    async run({ http, mount }) {
      const { baseUrl, originalUrl } = echoOf(await http.request('/echo/a%0D%0Ab'));
      assert.equal(originalUrl, `${mount}/echo/a%0D%0Ab`);
      assert.equal(baseUrl, mount);
    },
  },
  largeAnswer: {
    title: 'answers 5 MB',
    async run({ http }) {
      const answer = await http.request(`/big?bytes=${MEGABYTES_5}`);
      assert.equal(answer.complete, true);
      assert.equal(createHash('sha256').update(answer.body).digest('hex'), patternSha256(MEGABYTES_5));
    },
  },
} satisfies Record<string, ConformanceCase>;
