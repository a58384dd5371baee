import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runtimeProgram, runtimes } from '../../../tooling/src/runtimes.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { bundleProject, startHost, upload } from '../../src/bundles.ts';
import { buildMetaProject } from '../../src/frameworks/build-meta-project.ts';
import { metaProjects } from '../../src/frameworks/meta-frameworks.ts';
import { HttpClient } from '../../src/http.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

const youngNode = runtimes.find(({ name, version }) => name === 'node' && version.startsWith('24.'))!;
const reason = skipReason('apache2', 'mod_fcgid');
const BASE = '/shop';
/** MiB that each may have at most: of what a framework depends on, its server needs a part. */
const LARGEST: Readonly<Record<string, number>> = {
  Astro: 40,
  'Next.js': 60,
  'React Router': 25,
  SvelteKit: 8,
};

describe.skipIf(reason)(
  `the build of a framework, bundled for a shared host${reason ? ` (${reason})` : ''}`,
  () => {
    let scratch: ScratchFolder;
    let apache: WebServer | undefined;

    beforeEach(async () => {
      scratch = await createScratchFolder();
    });

    afterEach(async () => {
      await apache?.stop();
      apache = undefined;
      scratch.remove();
    });

    test.each(metaProjects)(
      '$framework is served below its prefix, and Apache sends its assets',
      { timeout: 600_000 },
      async (project) => {
        const folder = join(scratch.path, 'project');
        const node = await runtimeProgram(youngNode);
        await buildMetaProject(project, folder, BASE, node);
        const made = await bundleProject(folder, '-o', join(scratch.path, 'out'), '--node', node);
        expect(made.bytes / 1024 ** 2).toBeLessThan(LARGEST[project.framework] ?? 0);
        const site = join(scratch.path, 'site');
        await upload(made.folder, site);
        apache = await startHost(scratch.path, site, { mount: BASE });
        const client = new HttpClient(new URL(apache.url.origin));
        const about = await client.request(`${BASE}/about?name=Ada`);
        expect(about.status).toBe(200);
        expect(about.text()).toContain('Ada');
        const home = await client.request(project.framework === 'Next.js' ? BASE : `${BASE}/`);
        expect(home.text()).toContain('Home');
        const page = about.text() + home.text();
        const assets = [
          ...page.matchAll(/["(](?:\.\/)?(?:\/shop\/)?((?:_next|_app|_astro|assets)\/[\w./-]+\.(?:css|js))/g),
        ];
        // The two pages of the Astro project are HTML alone.
        if (project.framework !== 'Astro') expect(assets).not.toEqual([]);
        for (const [, asset = ''] of assets) {
          const { headers, status } = await client.request(`${BASE}/${asset}`);
          expect({ status, cache: headers['cache-control'] }).toEqual({
            status: 200,
            cache: 'public, max-age=31536000, immutable',
          });
          // Apache has one for files; what Node sends has another one or none.
          expect(headers['server']).toContain('Apache');
          expect(headers['etag']).toMatch(/^"[0-9a-f]+-[0-9a-f]+"$/);
        }
      },
    );
  },
);
