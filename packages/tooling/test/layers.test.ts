import { builtinModules } from 'node:module';
import { describe, expect, test } from 'vitest';
import { importedModules, repositoryFiles } from '../src/source-files.ts';
import { publishedPackages, readManifest, root, workspacePackages } from '../src/workspace.mjs';

const scope = '@fcgi-js/';
const named = (...names: readonly string[]) => names.map((name) => scope + name);
const libraries = named(
  'protocol',
  'server',
  'client',
  'middleware',
  'configs',
  'inspector',
  'doctor',
  'conformance',
  'runner',
  'dev',
  'init',
  'bundle',
);

/** Who may depend on whom, at run time. A package that is missing here has no place in the design yet. */
const layers: Record<string, readonly string[]> = {
  '@fcgi-js/protocol': [],
  '@fcgi-js/server': ['@fcgi-js/protocol'],
  '@fcgi-js/client': ['@fcgi-js/protocol'],
  '@fcgi-js/middleware': [],
  '@fcgi-js/configs': [],
  // The client has the parser of response heads, so that both judge them alike.
  '@fcgi-js/inspector': ['@fcgi-js/protocol', '@fcgi-js/client'],
  '@fcgi-js/doctor': named('protocol', 'client', 'configs', 'inspector'),
  '@fcgi-js/conformance': named('protocol', 'inspector'),
  // Of the inspector, text for people and /proc: what is escaped, hidden and read there is decided once for all packages.
  '@fcgi-js/runner': named('protocol', 'server', 'middleware', 'inspector'),
  '@fcgi-js/dev': named('protocol', 'client', 'inspector', 'runner'),
  // Of the inspector, what a terminal shows as it is: commands are for people to copy.
  '@fcgi-js/init': named('configs', 'inspector'),
  '@fcgi-js/bundle': named('configs', 'runner'),
  '@fcgi-js/cli': libraries,
  'fcgi-js': [...libraries, '@fcgi-js/cli'],
};

/** These may have a runtime dependency from outside, each for a reason written beside it in the package's README. */
const mayUseOthers = ['@fcgi-js/runner', '@fcgi-js/dev', '@fcgi-js/bundle', '@fcgi-js/cli', 'fcgi-js'];

/** Nothing that users get may depend on these, and `test-support` checks our packages without using them. */
const privateLayers: Record<string, 'none of ours' | 'all'> = {
  'test-support': 'none of ours',
  tooling: 'all',
  e2e: 'all',
  bench: 'all',
  site: 'all',
  'fcgi-js-examples': 'all',
};

const packages = workspacePackages();
const isOurs = (name: string) => name in layers || name in privateLayers;
/** The package that a module is an entry of: `@fcgi-js/inspector` for `@fcgi-js/inspector/text`. */
const packageOf = (module: string) => module.split('/', module.startsWith('@') ? 2 : 1).join('/');

test('every package of the workspace has a place in the layer table', () => {
  expect(packages.map(({ manifest }) => manifest.name).filter((name) => !isOurs(name))).toEqual([]);
});

describe.each(publishedPackages())('$manifest.name', ({ folder, manifest }) => {
  const runtime = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  };

  test('depends only on the layers below it', () => {
    const ours = Object.keys(runtime).filter(isOurs);
    expect(ours.filter((name) => !layers[manifest.name]?.includes(name))).toEqual([]);
  });

  test('imports only from the layers below it, and all that it depends on', () => {
    const modules = repositoryFiles(`${folder}/src`, ['.ts']).flatMap(({ text }) => importedModules(text));
    const imported = new Set(modules.map(({ module }) => packageOf(module)));
    const ours = [...imported].filter((name) => isOurs(name) && name !== manifest.name);
    expect(ours.filter((name) => !layers[manifest.name]?.includes(name))).toEqual([]);
    expect(Object.keys(runtime).filter((name) => !imported.has(name))).toEqual([]);
  });

  test('takes its siblings from the workspace, published with a caret range', () => {
    const ours = Object.entries(runtime).filter(([name]) => isOurs(name));
    expect(ours.filter(([, range]) => range !== 'workspace:^')).toEqual([]);
  });

  test('has no runtime dependency from outside, unless the table says that it may', () => {
    const others = Object.keys(runtime).filter((name) => !isOurs(name));
    expect(mayUseOthers.includes(manifest.name) ? [] : others).toEqual([]);
  });

  test('bundles nothing and shadows no module of Node', () => {
    expect(manifest).not.toHaveProperty('bundledDependencies');
    expect(builtinModules).not.toContain(manifest.name);
  });

  test('has the fields that every published package has', () => {
    expect(manifest).toMatchObject({
      name: expect.stringMatching(/^(@fcgi-js\/[a-z]+|fcgi-js)$/),
      description: expect.stringMatching(/^[A-Z].{20,120}\.$/),
      keywords: expect.arrayContaining(['fastcgi', 'fcgi', 'cgi']),
      license: 'MIT',
      repository: {
        type: 'git',
        url: 'git+https://github.com/fcgi-js/fcgi-js.git',
        directory: folder,
      },
      type: 'module',
      sideEffects: false,
      engines: readManifest(root).engines,
      files: ['dist', 'src'],
      publishConfig: { access: 'public', provenance: true },
    });
  });

  test('exports sources under the source condition first, then types, then the built module', () => {
    const exports = manifest['exports'] as Record<string, unknown>;
    const { './package.json': ownManifest, ...entries } = exports;
    expect(ownManifest).toBe('./package.json');
    expect(Object.keys(entries)).toContain('.');
    for (const [subpath, entry] of Object.entries(entries)) {
      const name = subpath === '.' ? 'index' : subpath.replace('./', '');
      expect(Object.entries(entry as object)).toEqual([
        ['@fcgi-js/source', `./src/${name}.ts`],
        ['types', `./dist/${name}.d.ts`],
        ['default', `./dist/${name}.js`],
      ]);
    }
  });
});

test('nothing that is published depends on a private package', () => {
  const uses = publishedPackages().flatMap(({ manifest }) =>
    Object.keys(manifest.dependencies ?? {}).map((name) => `${manifest.name}: ${name}`),
  );
  expect(uses.filter((use) => Object.keys(privateLayers).some((name) => use.endsWith(`: ${name}`)))).toEqual(
    [],
  );
});

test('private packages use what the layer table allows them', () => {
  const uses = packages
    .filter(({ manifest }) => privateLayers[manifest.name] === 'none of ours')
    .flatMap(({ manifest }) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  expect(uses.filter(isOurs)).toEqual([]);
});

test('versions from outside come from the catalog, so that there is one of each', () => {
  const everyone = [...packages, { folder: '.', manifest: readManifest(root) }];
  const loose = everyone.flatMap(({ folder, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([name, range]) => range !== (isOurs(name) ? 'workspace:^' : 'catalog:'))
      .map(([name, range]) => `${folder}: ${name}@${range}`),
  );
  expect(loose).toEqual([]);
});
