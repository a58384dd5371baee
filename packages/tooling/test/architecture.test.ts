import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import {
  importedModules,
  type ModuleImport,
  type RepositoryFile,
  repositoryFiles,
} from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

const scripts = ['.ts', '.mts', '.js', '.mjs'];

/** `file: module` for every import below a folder that `forbidden` picks. */
function imports(folder: string, forbidden: (found: ModuleImport, file: string) => boolean): string[] {
  return repositoryFiles(folder, scripts).flatMap(({ path, text }) =>
    importedModules(text)
      .filter((found) => forbidden(found, path))
      .map(({ module }) => `${path}: ${module}`),
  );
}

/** Whether a path belongs to what a package is built from; its version is in its manifest. */
const isBelow = (path: string, folder: string) =>
  path.startsWith(`/${folder}/src/`) || path === `/${folder}/package.json`;

/** Whether a module is one of these packages, or an entry of one. */
const isOf = (packages: readonly string[], module: string) =>
  packages.some((name) => module === name || module.startsWith(`${name}/`));

const isOutside = ({ module }: ModuleImport) => !module.startsWith('.');

describe('imports', () => {
  test('are found in every syntax that TypeScript has', () => {
    const text = `
      import a, { type A } from 'a'; export { b } from 'b'; import 'c'; const d = await import('d');
      import type { E } from 'e'; export type { F } from 'f'; type G = import('g').G;
      const text = "import 'not-this'";`;
    const modules = (typeOnly: boolean) =>
      importedModules(text)
        .filter((found) => found.typeOnly === typeOnly)
        .map(({ module }) => module);
    expect(modules(false)).toEqual(['a', 'b', 'c', 'd']);
    expect(modules(true)).toEqual(['e', 'f', 'g']);
  });

  test.each(['protocol', 'configs'])('of the package %s stay inside it', (name) => {
    expect(imports(`packages/${name}/src`, isOutside)).toEqual([]);
  });

  test.each(['engine', 'cgi'])('of server/src/%s are free of sockets and streams', (folder) => {
    const impure = /^node:(net|stream)|^(net|stream)(\/|$)/;
    expect(imports(`packages/server/src/${folder}`, ({ module }) => impure.test(module))).toEqual([]);
  });

  test('of node:net stand only in the files of the server that listen or hold a connection', () => {
    // Node's own request object is made of a socket, which is never connected: adapters/node/direct-response.ts and
    // message-events.ts try their parts. The socket of a request inherits from its class: adapters/node/unconnected-socket.ts.
    const allowed =
      /^packages\/server\/src\/(connection\/[\w-]+|listen\/[\w-]+|adapters\/node\/(?:direct-response|message-events|unconnected-socket))\.ts$/;
    const reachesNet = ({ module, typeOnly }: ModuleImport, file: string) =>
      !typeOnly && /^(node:)?net$/.test(module) && !allowed.test(file);
    expect(imports('packages/server/src', reachesNet)).toEqual([]);
  });

  test.each(publishedPackages())(
    'of $manifest.name name Node modules with their scheme and siblings by their package',
    ({ folder, manifest }) => {
      const siblings = Object.keys(manifest.dependencies ?? {});
      const stray = (found: ModuleImport) =>
        isOutside(found) && !found.module.startsWith('node:') && !isOf(siblings, found.module);
      expect(imports(`${folder}/src`, stray)).toEqual([]);
      const escapes = (found: ModuleImport, file: string) =>
        !isOutside(found) && !isBelow(new URL(found.module, `file:///${file}`).pathname, folder);
      expect(imports(`${folder}/src`, escapes)).toEqual([]);
    },
  );
});

/** The statements of an entry file that are anything but `export { named } from './file.ts'`. */
function otherStatements({ path, text }: RepositoryFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements
    .filter((statement) => {
      if (!ts.isExportDeclaration(statement)) return true;
      const { exportClause, moduleSpecifier } = statement;
      if (moduleSpecifier === undefined || exportClause === undefined) return true;
      if (!ts.isNamedExports(exportClause)) return true;
      return exportClause.elements.some(({ name }) => name.text === 'default');
    })
    .map((statement) => `${path}: ${statement.getText()}`);
}

test('entry files are named re-exports and nothing else', () => {
  const text = `export { a, type B } from './a.ts';
    export * from './b.ts'; export * as c from './c.ts'; export { d as default } from './d.ts';
    export const e = 1; export {};`;
  expect(otherStatements({ path: 'index.ts', text })).toHaveLength(5);
  const entries = publishedPackages().flatMap(({ folder, manifest }) =>
    Object.keys(manifest['exports'] as object)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => `${folder}/src/${subpath === '.' ? 'index' : subpath.replace('./', '')}.ts`),
  );
  const files = repositoryFiles('packages', ['.ts']).filter(({ path }) => entries.includes(path));
  expect(files.map(({ path }) => path).sort()).toEqual(entries.sort());
  expect(files.flatMap(otherStatements)).toEqual([]);
});

const code = ['packages', 'docs'].flatMap((folder) => repositoryFiles(folder, scripts));

/** The circle that imports lead to from one of the files, each file named once; undefined where there is none. */
function circleOf(files: readonly RepositoryFile[]): string[] | undefined {
  const ahead = new Map(
    files.map(({ path, text }) => [
      path,
      importedModules(text)
        .filter(({ module }) => module.startsWith('.'))
        .map(({ module }) => join(dirname(path), module)),
    ]),
  );
  const done = new Set<string>();
  const follow = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return way.slice(way.indexOf(file));
    if (done.has(file)) return undefined;
    for (const next of ahead.get(file) ?? []) {
      const circle = follow(next, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const { path } of files) {
    const circle = follow(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('circles of imports', () => {
  test('are found, of types too', () => {
    const files = [
      { path: 'src/a.ts', text: "import { b } from './b.ts';" },
      { path: 'src/b.ts', text: "import { c } from './c/c.ts';" },
      { path: 'src/c/c.ts', text: "import type { B } from '../b.ts';" },
    ];
    expect(circleOf(files)).toEqual(['src/b.ts', 'src/c/c.ts']);
    expect(circleOf(files.slice(0, 2))).toBeUndefined();
  });

  test('are nowhere', () => {
    expect(circleOf(repositoryFiles('packages', scripts))).toBeUndefined();
  });
});

test('no file is longer than 400 lines', () => {
  const long = code
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test('what looks at files in the process of an application keeps the numbers to itself', () => {
  // Node finds packages that are links with the numbers of the last such call of anyone in the process, and not those that
  // were asked for with `bigint: true`: of a socket or a pipe, they would keep the application from finding its packages.
  const shared = /\b(f|l)?statSync\((?!.*bigint: true)/;
  const found = ['packages/cli/src', 'packages/runner/src', 'packages/server/src']
    .flatMap((folder) => repositoryFiles(folder, scripts))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line) => (shared.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});

describe('silenced checks', () => {
  const self = 'packages/tooling/test/architecture.test.ts';
  const silencers = [
    /@ts-(ignore|nocheck|expect-error)/,
    /(biome|prettier|istanbul|v8|c8)[ -]ignore|eslint-disable/,
    /\bas unknown as\b|\bas any\b|: any\b|<any>/,
    /\.only\(/,
  ];
  const silences = (line: string) => silencers.some((silencer) => silencer.test(line));

  test('are recognised', () => {
    const examples = [
      '// @ts-expect-error: later',
      '// biome-ignore lint: no',
      '/* v8 ignore next */',
      'x as unknown as T',
      'let x: any;',
      'test.only(',
    ];
    expect(examples.filter((line) => !silences(line))).toEqual([]);
  });

  test('are nowhere', () => {
    const found = code
      .filter(({ path }) => path !== self)
      .flatMap(({ path, text }) =>
        text.split('\n').map((line, index) => ({ line, at: `${path}:${index + 1}` })),
      )
      .filter(({ line }) => silences(line));
    expect(found).toEqual([]);
  });
});
