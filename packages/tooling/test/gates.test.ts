import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allTestFiles, coveredPackages, filesOf, kindOf, kinds } from '../src/gates.mjs';
import { root } from '../src/workspace.mjs';

test('every test file belongs to a gate', () => {
  const files = allTestFiles();
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => kindOf(file) === undefined)).toEqual([]);
});

test('every folder and file that a kind of test names is there, and is of that kind', () => {
  const files = allTestFiles();
  for (const kind of kinds) {
    for (const each of kind.files) {
      const own = files.filter((file) => file === each || file.startsWith(`${each}/`));
      expect(
        own.some((file) => kindOf(file) === kind),
        each,
      ).toBe(true);
    }
  }
});

test('both gates together run every file once', () => {
  const { alone, covered, together } = filesOf(['test', 'release']);
  const measured = allTestFiles().filter((file) => covered.some((name) => file.startsWith(`${name}/`)));
  expect([...alone, ...measured, ...together].sort()).toEqual(allTestFiles().sort());
});

test('no file is in both gates', () => {
  const release = filesOf(['release']);
  const { alone, together } = filesOf(['test']);
  expect(
    [...release.alone, ...release.together].filter((file) => [...alone, ...together].includes(file)),
  ).toEqual([]);
  expect(release.covered).toEqual([]);
});

test.each(coveredPackages)('a run of %s fails where a line or a branch of it does not run', (name) => {
  const config = readFileSync(join(root, name, 'vitest.coverage.config.ts'), 'utf8');
  expect(config).toContain('thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 }');
  expect(config).toContain("include: ['src/**']");
});

test('continuous integration runs both gates', () => {
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('packages/tooling/bin/test.mjs test,release');
});

test('CONTRIBUTING.md lists every kind of test with its gate', () => {
  const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  for (const { gate, what } of kinds) {
    const command = gate === 'test' ? 'npm test' : 'npm run test:release';
    expect(contributing).toContain(`| ${what} | \`${command}\` |`);
  }
});
