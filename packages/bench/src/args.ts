import { parseArgs } from 'node:util';
import { contenders } from './contender.ts';
import { kinds } from './kinds/index.ts';
import { docsScale, fullScale, type Scale, smokeScale, usualScale } from './scale.ts';

/** What the command line asks for. */
export interface Arguments {
  /** A former copy of `dist`, whose programs take part beside those of today. */
  readonly before?: string | undefined;
  readonly contenders?: ReadonlySet<string> | undefined;
  /** Whether the figures are for docs/performance.md. */
  readonly docs: boolean;
  readonly help: boolean;
  /** Names, in the order of the report. */
  readonly kinds: readonly string[];
  /** Folder for the reports. */
  readonly out: string;
  readonly profile: boolean;
  /** Whether docs/performance.md is written anew from the figures that it has, with nothing measured. */
  readonly redraw: boolean;
  readonly scale: Scale;
  /** Whether the figures are not what this is about. */
  readonly smoke: boolean;
}

/** Thrown where the command line makes no sense; the message says why. */
export class UsageError extends Error {}

const options = {
  before: { type: 'string' },
  contenders: { type: 'string' },
  docs: { type: 'boolean' },
  full: { type: 'boolean' },
  generations: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  milliseconds: { type: 'string' },
  out: { type: 'string' },
  profile: { type: 'boolean' },
  redraw: { type: 'boolean' },
  rounds: { type: 'string' },
  smoke: { type: 'boolean' },
} as const;

/** The text of `--help`. */
export function usage(): string {
  const names = [...contenders.values()].map(({ name, title }) => `  ${name.padEnd(14)}${title}`);
  return `pnpm bench [KIND…] [OPTION…]

Measures the CPU time of applications, each alone on its core, in rounds in which all of them have their turn.

  --contenders A,B     only these
  --rounds N           how often each one is measured
  --generations N      how often all of that is done with new processes
  --milliseconds N     how long each measurement under load takes
  --full               everything at its full size, with more rounds
  --docs               everything for docs/performance.md, which gets the figures
  --redraw             nothing but that page and its chart again, from the figures of the last --docs
  --smoke              everything at a tiny size: whether it works, not how fast it is
  --profile            write CPU profiles and print where the time went; the figures then include the profiler
  --before FOLDER      let the programs of this copy of packages/bench/dist take part, too
  --out FOLDER         for bench.json and bench.svg, default packages/bench/reports

Kinds:
${kinds.map(({ name, title }) => `  ${name.padEnd(14)}${title}`).join('\n')}

Contenders:
${names.join('\n')}
`;
}

/**
 * Reads the command line.
 *
 * @param argv what follows the program
 * @param defaultOut folder for the reports, unless another one is given
 * @throws UsageError where it makes no sense
 */
export function parseArguments(argv: readonly string[], defaultOut: string): Arguments {
  const { positionals, values } = parse(argv);
  const known = kinds.map(({ name }) => name);
  checkNames('kind', positionals, known);
  const names = values.contenders?.split(',');
  checkNames('contender', names ?? [], [...contenders.keys()]);
  const docs = values.docs ?? false;
  const others = [values.before, values.contenders, values.out, values.profile];
  if (docs && (positionals.length > 0 || others.some((value) => value !== undefined))) {
    throw new UsageError('--docs is about everything, as it is today: it takes no choice and no folder.');
  }
  const scales = [
    ...(docs ? [docsScale] : []),
    ...(values.full === true ? [fullScale] : []),
    ...(values.smoke === true ? [smokeScale] : []),
  ];
  if (scales.length > 1) throw new UsageError('--docs, --full or --smoke, but not two of them.');
  const [scale = usualScale] = scales;
  return {
    before: values.before,
    contenders: names === undefined ? undefined : new Set(names),
    docs,
    help: values.help ?? false,
    kinds: positionals.length === 0 ? known : known.filter((name) => positionals.includes(name)),
    out: values.out ?? defaultOut,
    profile: values.profile ?? false,
    redraw: values.redraw ?? false,
    scale: {
      ...scale,
      generations: count('generations', values.generations) ?? scale.generations,
      milliseconds: count('milliseconds', values.milliseconds) ?? scale.milliseconds,
      rounds: count('rounds', values.rounds) ?? scale.rounds,
    },
    smoke: values.smoke ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function checkNames(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no ${what} "${unknown}": ${known.join(', ')}.`);
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} takes a whole number above 0.`);
  return Number(text);
}
