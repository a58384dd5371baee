import { execFile } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimeProgram, runtimes } from '../src/runtimes.ts';
import { sizeBudgets } from '../src/size-budgets.ts';
import { installTarball, workspaceTarballs } from '../src/tarballs.mjs';
import { typeErrors } from '../src/type-check.ts';
import { publishedPackages } from '../src/workspace.mjs';

const run = promisify(execFile);
const packages = publishedPackages();
const nodes = runtimes.filter(({ name }) => name === 'node');

const isProgram = (manifest: Readonly<Record<string, unknown>>) => 'bin' in manifest;

const dependenciesOf = (name: string) =>
  Object.keys(packages.find(({ manifest }) => manifest.name === name)?.manifest.dependencies ?? {});
const isOurs = (name: string) => packages.some(({ manifest }) => manifest.name === name);

/** Whether it has dependencies from outside, itself or through its siblings: for these a registry is needed. */
const needsRegistry = (name: string) => closure(name).some((each) => !dependenciesOf(each).every(isOurs));

/** What a project must see of each module that it names: first by require(), which takes no module that has to wait. */
const program = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const seen = {};
for (const specifier of process.argv.slice(2)) {
  const required = Object.keys(require(specifier)).sort();
  seen[specifier] = { required, imported: Object.keys(await import(specifier)).sort() };
}
console.log(JSON.stringify(seen));
`;

const installers = ['npm', 'pnpm'] as const;

const projectOf = (name: string, installer: string) => join(folder, `${name.replace('/', '-')}-${installer}`);

let folder: string;
let tarballs: Awaited<ReturnType<typeof workspaceTarballs>>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'fcgi-js-installation-')));
  tarballs = await workspaceTarballs();
  const installAll = async (installer: (typeof installers)[number]) => {
    for (const { manifest } of packages) {
      const { name } = manifest;
      const project = projectOf(name, installer);
      await installTarball({ installer, name, offline: !needsRegistry(name), project, tarballs });
      await writeFile(join(project, 'program.mjs'), program);
    }
  };
  await Promise.all(installers.map(installAll));
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What can be imported of a package. */
function specifiers({ name, exports }: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(exports as object)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => `${name}${subpath.slice(1)}`);
}

/** Itself and the siblings that it needs. */
function closure(name: string): string[] {
  const siblings = dependenciesOf(name).filter(isOurs);
  return [...new Set([name, ...siblings.flatMap(closure)])].sort();
}

describe.each(packages)('$manifest.name, installed alone', ({ manifest }) => {
  const { name } = manifest;
  test.each(nodes.flatMap((node) => installers.map((installer) => ({ ...node, installer }))))(
    'can be imported and required with Node $version after $installer',
    async ({ installer, ...runtime }) => {
      const cwd = projectOf(name, installer);
      const node = await runtimeProgram(runtime);
      const { stdout } = await run(node, ['program.mjs', ...specifiers(manifest)], { cwd });
      const seen = JSON.parse(stdout) as Record<string, { imported: string[]; required: string[] }>;
      expect(Object.keys(seen)).toEqual(specifiers(manifest));
      for (const { imported, required } of Object.values(seen)) {
        expect(imported.length).toBeGreaterThan(0);
        expect(required).toEqual(imported);
      }
    },
  );
});

const alone = packages.filter(({ manifest }) => !needsRegistry(manifest.name));

test.each(alone)('$manifest.name brings its siblings, and nothing else', async ({ manifest: { name } }) => {
  const modules = await readdir(join(projectOf(name, 'npm'), 'node_modules'), { recursive: true });
  const installed = modules.filter((path) => /(^|\/)package\.json$/.test(path));
  expect(installed.map((path) => path.replace('/package.json', '')).sort()).toEqual(closure(name));
});

test.each(packages)(
  '$manifest.name takes no more than its budget, with all that it brings',
  async ({ manifest: { name } }) => {
    const folder = join(projectOf(name, 'npm'), 'node_modules');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    // By number: esbuild's program has two names.
    const found = new Map(
      (await Promise.all(files.map((file) => stat(file)))).map((each) => [each.ino, each]),
    );
    const bytes = [...found.values()].reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan((sizeBudgets[name]?.installed ?? 0) * 1_000);
    const tools = files.filter((file) => /\/node_modules\/(@types|typescript)\//.test(file));
    expect(tools).toEqual([]);
  },
);

describe.each(packages.filter(({ manifest }) => isProgram(manifest)))(
  '$manifest.name',
  ({ manifest: { name } }) => {
    test.each(nodes)('has a command that runs on Node $version', async (runtime) => {
      const node = await runtimeProgram(runtime);
      const command = await realpath(join(projectOf(name, 'npm'), 'node_modules/.bin/fcgi'));
      const { stdout } = await run(node, [command, '--version']);
      const { version } = packages.find((each) => each.manifest.name === '@fcgi-js/cli')!.manifest;
      expect(stdout).toBe(`${version}\n`);
    });
  },
);

/** What somebody might write with each package alone. */
const consumers: Readonly<Record<string, string>> = {
  '@fcgi-js/protocol': `
    import { encodeBeginRequest, type FcgiRecord, RecordDecoder, Role } from '@fcgi-js/protocol';
    const decoder = new RecordDecoder();
    decoder.push(encodeBeginRequest({ requestId: 1, role: Role.Responder }));
    export const record: FcgiRecord | undefined = decoder.next();`,
  '@fcgi-js/server': `
    import { createServer, type FcgiServer, fromNodeListener } from '@fcgi-js/server';
    export const server: FcgiServer = createServer({ responder: fromNodeListener((req, res) => res.end(req.url)) });`,
  '@fcgi-js/client': `
    import { FcgiClient, type FcgiResponse } from '@fcgi-js/client';
    const params = { REQUEST_METHOD: 'GET' };
    export const response: Promise<FcgiResponse> = new FcgiClient({ address: ':9000' }).request({ params });`,
  '@fcgi-js/middleware': `
    import { composeParams, type ParamsTransform, scriptNameStripper } from '@fcgi-js/middleware';
    export const params: ParamsTransform = composeParams(scriptNameStripper());`,
  '@fcgi-js/configs': `
    import { nginxConfig, type WebServerOptions } from '@fcgi-js/configs';
    const options = { listen: 'unix:/run/app.sock' } satisfies WebServerOptions;
    export const text: string = nginxConfig(options);`,
  '@fcgi-js/inspector': `
    import { ConnectionInspector, type Finding } from '@fcgi-js/inspector';
    const inspector = new ConnectionInspector('to-application');
    const observations = [...inspector.push('to-application', new Uint8Array(8)), ...inspector.close()];
    export const findings: readonly Finding[] = observations.flatMap((each) => each.findings);`,
  '@fcgi-js/doctor': `
    import { diagnose, type Finding } from '@fcgi-js/doctor';
    import { type Account, pathEntries } from '@fcgi-js/doctor/system';
    export const findings: Promise<Finding[]> = diagnose({ target: 'unix:/run/app.sock' });
    export const others: [typeof pathEntries, Account?] = [pathEntries];`,
  '@fcgi-js/conformance': `
    import { type ConformanceReport, checks, runConformance } from '@fcgi-js/conformance';
    export const report: Promise<ConformanceReport> = runConformance({ target: { address: 'unix:/run/app.sock' } });
    export const titles: string[] = checks.map(({ title }) => title);`,
  '@fcgi-js/runner': `
    import { type Runner, type RunnerOptions, run } from '@fcgi-js/runner';
    const options: RunnerOptions = { app: 'server.js', listen: 'unix:/run/app.sock', workers: 'auto' };
    export const runner: Promise<Runner> = run(options);`,
  '@fcgi-js/dev': `
    import { type Development, type DevOptions, startDev } from '@fcgi-js/dev';
    import { openTrialGateway } from '@fcgi-js/dev/trial';
    const options: DevOptions = { app: 'server.js', port: 3000, onEvent: ({ kind }) => console.log(kind) };
    export const development: Promise<Development> = startDev(options);
    export const other: typeof openTrialGateway = openTrialGateway;`,
  '@fcgi-js/init': `
    import { type Answers, makePlan, type Plan } from '@fcgi-js/init';
    export const plan = (answers: Answers): Plan => makePlan(answers);`,
  '@fcgi-js/bundle': `
    import { type Bundle, type BundleOptions, makeBundle } from '@fcgi-js/bundle';
    const options: BundleOptions = { app: 'server.js', cwd: '/srv/app', output: 'out', release: true };
    export const bundle: Promise<Bundle> = makeBundle(options);`,
  '@fcgi-js/cli': `
    import { main, type RunConfig } from '@fcgi-js/cli';
    export const config = { app: 'server.js', workers: 'auto' } satisfies RunConfig;
    export const run: typeof main = main;`,
  'fcgi-js': `
    import { createServer, type FcgiServer, fromNodeListener, scriptNameStripper } from 'fcgi-js';
    import { makeBundle } from 'fcgi-js/bundle';
    import type { RunConfig } from 'fcgi-js/cli';
    import { FcgiClient } from 'fcgi-js/client';
    import { nginxConfig } from 'fcgi-js/configs';
    import { runConformance } from 'fcgi-js/conformance';
    import { startDev } from 'fcgi-js/dev';
    import { diagnose } from 'fcgi-js/doctor';
    import { makePlan } from 'fcgi-js/init';
    import { ConnectionInspector } from 'fcgi-js/inspector';
    import { composeParams } from 'fcgi-js/middleware';
    import { RecordDecoder } from 'fcgi-js/protocol';
    import { run } from 'fcgi-js/runner';
    import { createServer as same } from 'fcgi-js/server';
    const options = { params: composeParams(scriptNameStripper()), responder: fromNodeListener((req, res) => res.end(req.url)) };
    export const server: FcgiServer = createServer(options);
    export const others = [FcgiClient, nginxConfig, ConnectionInspector, diagnose, startDev, makeBundle, makePlan, runConformance, RecordDecoder, run, same, {} satisfies RunConfig];`,
};

/** Errors in what uses each package in a project of its own, and in the declarations of the packages. */
function consumerErrors(extension: 'cts' | 'mts', options: ts.CompilerOptions): string[] {
  const files = packages.flatMap(({ manifest }) =>
    installers.map((installer): [string, string] => {
      const all = specifiers(manifest).map((each, index) => `export * as api${index} from '${each}';`);
      const text = [consumers[manifest.name] ?? 'no consumer', ...all].join('\n');
      return [join(projectOf(manifest.name, installer), `consumer.${extension}`), text];
    }),
  );
  return typeErrors(new Map(files), { ...options, skipLibCheck: false, verbatimModuleSyntax: false });
}

test.each([
  ['node16', 'mts', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ['nodenext', 'mts', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  // require() of ES modules, as Node has it since 20.19.
  ['nodenext', 'cts', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['bundler', 'mts', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
] as const)(
  'every package alone type-checks under the resolution %s (.%s), declarations included',
  (_title, extension, module, moduleResolution) => {
    expect(consumerErrors(extension, { module, moduleResolution })).toEqual([]);
  },
);

test('a program that uses a package wrongly does not type-check', () => {
  const file = join(projectOf('@fcgi-js/configs', 'pnpm'), 'faulty.mts');
  const text = `import { nginxConfig } from '@fcgi-js/configs'; nginxConfig({ listen: 9000 });`;
  expect(typeErrors(new Map([[file, text]]))).toEqual([
    expect.stringContaining("'number' is not assignable"),
  ]);
});

test('@fcgi-js/protocol needs the types of neither Node nor a browser', () => {
  const text = `export { RecordDecoder } from '@fcgi-js/protocol';`;
  const consumer = new Map([[join(projectOf('@fcgi-js/protocol', 'npm'), 'pure.mts'), text]]);
  expect(typeErrors(consumer, { skipLibCheck: false, types: [] })).toEqual([]);
});
