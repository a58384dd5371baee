import { accessSync, existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readJson } from '../files/read-json.ts';
import { importTsx } from '../tsx.ts';
import type { Notice } from './listen-interception.ts';
import { NothingToServe } from './served-search.ts';

/** Node's way to run a file as the main module, which it does not document: looked for before it is used. */
interface UndocumentedModule {
  _load?(path: string, parent: null, isMain: true): unknown;
}

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx']);
/** What the compiler of TypeScript writes, and tsx does not. */
const METADATA = /"emitDecoratorMetadata"\s*:\s*true/;
/** By which tsx gets its settings; for CommonJS there is no other way. */
const TSCONFIG = 'TSX_TSCONFIG_PATH';

/** What is run, and what before it. */
interface ModuleOptions {
  /** The arguments that the application finds after its own name. */
  readonly args: readonly string[];
  readonly file: string;
  /** Told what TypeScript may expect and does not find. */
  readonly notice: Notice;
  /** Modules that are loaded before it, found from the working directory. */
  readonly preload?: readonly string[];
}

/**
 * Runs the file of an application as `node FILE` would: `process.argv[1]` names it, and `require.main` is its module
 * where it is CommonJS. TypeScript goes through tsx.
 *
 * @returns what it exports; `module.exports` of CommonJS is the value of `default`
 */
export async function loadModule({ args, file, notice, preload = [] }: ModuleOptions): Promise<unknown> {
  process.argv.splice(1, Number.POSITIVE_INFINITY, file, ...args);
  // Lines of the sources that people know, in the stacks of what was compiled.
  process.setSourceMapsEnabled(true);
  if (TYPESCRIPT.has(extname(file))) await registerTypeScript(file, notice);
  // As `node --require` and `--import` do.
  const { resolve } = Module.createRequire(join(process.cwd(), 'preload'));
  for (const name of preload) await import(pathToFileURL(resolve(name)).href);
  const { _load } = Module as UndocumentedModule;
  if (_load === undefined || !isCommonJs(file)) return import(pathToFileURL(file).href);
  return { default: _load.call(Module, file, null, true) };
}

/** tsx would take the settings of the folder that it is started in, which with a web server is any. */
async function registerTypeScript(file: string, notice: Notice): Promise<void> {
  const { commonJs, esm } = await importTsx().catch((error: unknown) => {
    throw isReadable(INSTALLED) ? error : unreadable(file);
  });
  const { env } = process;
  const given = env[TSCONFIG];
  const tsconfig = given ?? nearest('tsconfig.json', dirname(file));
  if (tsconfig !== undefined) env[TSCONFIG] = tsconfig;
  commonJs.register();
  esm.register(tsconfig === undefined ? {} : { tsconfig });
  if (given === undefined) delete env[TSCONFIG];
  if (tsconfig !== undefined && asksForMetadata(tsconfig)) {
    notice(
      `${tsconfig} asks for emitDecoratorMetadata, which tsx does not write: Nest, TypeORM and others do not find the types of parameters and fields. Compile the application first, with nest build or tsc, and name its JavaScript: fcgi run dist/main.js`,
    );
  }
}

const INSTALLED = fileURLToPath(import.meta.url);

function isReadable(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

/** Loading tsx beforehand would not help: it starts a program of its own, which must not be one of root. */
function unreadable(file: string): NothingToServe {
  return new NothingToServe(
    `${file} is TypeScript. tsx compiles it, and user ${process.getuid?.()} cannot read where that is installed: ${dirname(INSTALLED)}. Install fcgi where this user can read it, or compile the application first, with tsc, and name its JavaScript: fcgi run dist/main.js`,
  );
}

/** Without what it extends: this is a hint, and no reading of settings. */
function asksForMetadata(tsconfig: string): boolean {
  if (!existsSync(tsconfig)) return false;
  const lines = readFileSync(tsconfig, 'utf8').split('\n');
  return lines.some((line) => METADATA.test(line) && !line.trimStart().startsWith('//'));
}

/** Whether Node would take a file for CommonJS. Where nothing says so, its syntax decides. */
function isCommonJs(file: string): boolean {
  const kind = extname(file).at(1);
  if (kind === 'c') return true;
  if (kind === 'm') return false;
  const type = packageType(dirname(file));
  if (type !== undefined) return type === 'commonjs';
  // A wrong guess loses `require.main` and nothing else: `import()` loads both.
  return !/^[ \t]*(?:import|export)\b/m.test(readFileSync(file, 'utf8'));
}

/** `type` of the nearest `package.json`. */
function packageType(folder: string): unknown {
  const manifest = nearest('package.json', folder);
  return manifest && (readJson(manifest) as { type?: unknown }).type;
}

/** The file of that name in a folder, or in the nearest one above. */
function nearest(name: string, folder: string): string | undefined {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearest(name, parent);
}
