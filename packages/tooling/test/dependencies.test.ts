import { expect, test } from 'vitest';
import { sizeBudgets } from '../src/size-budgets.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

const [document] = repositoryFiles('docs', ['versions.md']);
const section = document?.text.split('\n## What an installation brings\n')[1]?.split('\n## ')[0] ?? '';

/** The packages of a published one that are not of this repository. */
function brought({
  dependencies = {},
}: {
  readonly dependencies?: Readonly<Record<string, string>>;
}): string[] {
  return Object.entries(dependencies).flatMap(([name, version]) =>
    version.startsWith('workspace:') ? [] : [name],
  );
}

test('docs/versions.md has each package that an installation brings, and no other', () => {
  const rows = [...section.matchAll(/^\| `([^`]+)` \| `([^`]+)` \| (.+) \|$/gm)].map(
    ([, name, dependency]) => [name, dependency],
  );
  expect(rows).toEqual(
    publishedPackages().flatMap(({ manifest }) => brought(manifest).map((name) => [manifest.name, name])),
  );
});

test('docs/versions.md names the packages that bring nothing', () => {
  const [sentence = ''] = section.trim().split(' bring nothing');
  const named = [...sentence.matchAll(/`([\w-]+)`/g)].map(([, name]) => `@fcgi-js/${name}`);
  const pure = publishedPackages().filter(({ manifest }) => brought(manifest).length === 0);
  expect(named.sort()).toEqual(
    pure
      .map(({ manifest }) => manifest.name)
      .filter((name) => name !== 'fcgi-js')
      .sort(),
  );
});

test('docs/versions.md has the sizes that packages may take', () => {
  expect(section).toContain(`${sizeBudgets['@fcgi-js/protocol']?.minified} KB, bundled`);
  expect(section).toContain(`\`fcgi-js\` less than ${sizeBudgets['fcgi-js']!.installed / 1000} MB`);
});
