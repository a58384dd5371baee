import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWhenStale } from '../src/build-when-stale.ts';
import { publicSurface } from '../src/public-surface.ts';
import { publishedPackages } from '../src/workspace.mjs';

interface Entry {
  readonly default: string;
  readonly types: string;
}

const packages = publishedPackages();

/** The modules of the packages: `@fcgi-js/runner/options`. */
const modules = packages.flatMap(({ manifest, path }) =>
  Object.entries(manifest['exports'] as Record<string, Entry | string>).flatMap(([subpath, entry]) =>
    typeof entry === 'string'
      ? []
      : [
          {
            file: join(path, entry.default),
            name: join(manifest.name, subpath),
            path,
            types: join(path, entry.types),
          },
        ],
  ),
);

beforeAll(() => buildWhenStale(packages.map(({ folder }) => folder.replace('packages/', ''))));

test.each(modules)(
  'the types of $name say of each name rightly whether it is there at run time',
  async ({ file, types }) => {
    const { values } = publicSurface(types);
    expect(Object.keys(await import(pathToFileURL(file).href)).toSorted()).toEqual(values);
  },
);

/** The command line is the interface of `@fcgi-js/cli`, and `fcgi-js` has the names of the others. */
const reported = modules.filter(({ name }) => /^@fcgi-js\/(?!cli$)\w+$/.test(name));

describe('what users can rely on changes only where a review sees it', () => {
  // Where that is meant: npx vitest run --project tooling packages/tooling/test/public-surface.test.ts --update
  test.each(reported)('$name', async ({ path, types }) => {
    await expect(publicSurface(types).report).toMatchFileSnapshot(join(path, 'api.txt'));
  });
});
