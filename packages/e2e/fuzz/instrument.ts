import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { build, type Plugin, transform } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';

/** Takes any bytes, and throws where something is wrong. */
export type Target = (data: Buffer) => void;

/** How often something was run, for some of the places in the code. */
interface Counters {
  readonly length: number;
  [index: number]: number;
}

/** How often each branch, function and statement of a file was run; Istanbul's names, and numbers from 0 on. */
interface FileCounters {
  readonly b: Record<string, Counters>;
  readonly f: Record<number, number>;
  readonly s: Record<number, number>;
}

/** A target whose product code counts what it runs. */
export interface InstrumentedTarget {
  readonly fuzz: Target;
  readonly counters: readonly Counters[];
}

/** What is counted: the packages under test, not the targets themselves. */
const PRODUCT = /packages\/(client|protocol|server)\/src\/.*\.ts$/;
const COUNTERS = '__fuzz_counters__';

const counting: Plugin = {
  name: 'counting',
  setup(bundle) {
    const instrumenter = createInstrumenter({ coverageVariable: COUNTERS, esModules: true });
    bundle.onLoad({ filter: PRODUCT }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'ts', target: 'node20' });
      return { contents: instrumenter.instrumentSync(code, path), loader: 'js' };
    });
  },
};

/**
 * Loads a target from its sources.
 *
 * @param file its module, which exports `fuzz`
 */
export async function instrument(file: string): Promise<InstrumentedTarget> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    conditions: ['@fcgi-js/source'],
    plugins: [counting],
  });
  const module: { exports: { fuzz?: Target } } = { exports: {} };
  const run = compileFunction(outputFiles[0]!.text, ['module', 'exports', 'require'], { filename: file });
  run(module, module.exports, createRequire(file));
  const { fuzz } = module.exports;
  if (fuzz === undefined) throw new Error(`${file} does not export fuzz.`);
  const byFile: Record<string, FileCounters> = Reflect.get(globalThis, COUNTERS);
  return { fuzz, counters: Object.values(byFile).flatMap(countersOf) };
}

function countersOf({ b, f, s }: FileCounters): Counters[] {
  for (const counters of [f, s]) {
    Object.defineProperty(counters, 'length', { value: Object.keys(counters).length });
  }
  return [...Object.values(b), f as Counters, s as Counters];
}
