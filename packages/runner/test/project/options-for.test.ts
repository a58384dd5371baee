import { expect, test } from 'vitest';
import { defaultValues, type RunOptions } from '../../src/options/run-options.ts';
import { optionsFor } from '../../src/project/options-for.ts';
import type { Project } from '../../src/project/read-project.ts';

const project: Project = {
  args: ['start'],
  basePath: undefined,
  environment: {},
  environmentFiles: ['/srv/app/.env'],
  file: '/srv/app/server.js',
  folder: '/srv/app',
  framework: 'Next.js',
  preload: [],
  statics: [],
  warnings: [],
};

const given = (others: Partial<RunOptions> = {}) =>
  ({ ...defaultValues(), app: '/srv/app', args: [], ...others }) as RunOptions;

test('what is given comes after what the project says, or in its place', () => {
  expect(optionsFor(project, given())).toMatchObject({
    args: ['start'],
    chdir: '/srv/app',
    environmentFile: ['/srv/app/.env'],
  });
  const own = { args: ['-v'], chdir: '/srv', environmentFile: ['/etc/app.env'] };
  expect(optionsFor(project, given(own))).toMatchObject({
    args: ['start', '-v'],
    chdir: '/srv',
    environmentFile: ['/srv/app/.env', '/etc/app.env'],
  });
});

test.each([
  [undefined, undefined, undefined],
  [undefined, '/shop', '/shop'],
  ['/', undefined, undefined],
  ['/', '/', '/'],
  ['/shop', undefined, '/'],
  ['/shop', '/', '/'],
  ['/shop', '/shop', '/'],
  ['/shop', '/shop/', '/'],
])('built for %s and served at %s, mount is %s', (basePath, mount, expected) => {
  const options = mount === undefined ? given() : given({ mount });
  expect(optionsFor({ ...project, basePath }, options).mount).toBe(expected);
});

test.each([
  ['/shop', '/other'],
  ['/', '/shop'],
])('built for %s, it is not served at %s', (basePath, mount) => {
  expect(() => optionsFor({ ...project, basePath }, given({ mount }))).toThrow(
    `--mount ${mount}: Next.js has built /srv/app/server.js for the prefix ${basePath}`,
  );
});
