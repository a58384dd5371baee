import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What is read of the `package.json` of a package. */
export interface PackageManifest {
  readonly dependencies: readonly string[];
  readonly engines: string | undefined;
  readonly name: string | undefined;
  /** Those that it does without where they are not installed, its peers among them. Optional peers are not. */
  readonly optional: readonly string[];
  readonly type: string | undefined;
}

/** Reads the `package.json` of a folder; undefined where it has none, or one that is not JSON. */
export function readPackage(folder: string): PackageManifest | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const content = record(parsed(readFileSync(file, 'utf8')));
  const { name, type } = content;
  const engines = record(content['engines'])['node'];
  const aboutPeers = record(content['peerDependenciesMeta']);
  // TypeScript and the like: what is used where it happens to be.
  const peers = Object.keys(record(content['peerDependencies'])).filter(
    (peer) => record(aboutPeers[peer])['optional'] !== true,
  );
  return {
    dependencies: Object.keys(record(content['dependencies'])),
    engines: typeof engines === 'string' ? engines : undefined,
    name: typeof name === 'string' ? name : undefined,
    optional: [...Object.keys(record(content['optionalDependencies'])), ...peers],
    type: typeof type === 'string' ? type : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** `@scope/name` of `@scope/name/file.js`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The folder of a package as it is found from another folder, with links followed; undefined where it is not installed. */
export function findPackage(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
  const parent = dirname(from);
  return parent === from ? undefined : findPackage(name, parent);
}

/** The folder of the package that a file in `node_modules` belongs to; undefined for a file of the project's own. */
export function packageFolder(file: string): string | undefined {
  const [, before, rest] = /^(.*\/node_modules\/)(.*)$/s.exec(file) ?? [];
  return before === undefined || rest === undefined ? undefined : before + packageName(rest);
}

/** What finds or makes native modules for a package. */
const BUILDERS = new Set(['@mapbox/node-pre-gyp', 'bindings', 'node-gyp-build', 'prebuild-install']);
/** Packages with programs or modules of one platform: `@img/sharp-linux-x64`. */
const OF_PLATFORM = /(?:darwin|linux|win32)(?:-\w+)?-(?:arm64|ia32|x64)/;
const PLACES = ['', 'build/Release', 'prebuilds', 'bin', 'lib/binding'];

/** Whether a package has native modules, or programs, which a bundler cannot put into a file. */
export function isNativePackage(folder: string): boolean {
  const manifest = readPackage(folder);
  if (manifest?.dependencies.some((name) => BUILDERS.has(name))) return true;
  if (manifest?.optional.some((name) => OF_PLATFORM.test(name)) || existsSync(join(folder, 'binding.gyp')))
    return true;
  return PLACES.map((place) => join(folder, place)).some(
    (place) => existsSync(place) && readdirSync(place).some((name) => name.endsWith('.node')),
  );
}
