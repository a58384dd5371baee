import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyMissing } from '../../tooling/src/system-packages.mjs';
import { type Arguments, parseArguments, UsageError, usage } from './args.ts';
import { Bench } from './bench.ts';
import { rewriteCapacityDocs } from './capacity/report.ts';
import { kinds } from './kinds/index.ts';
import type { Kind } from './kinds/kind.ts';
import { describeMachine } from './machine.ts';
import { profileSummaries } from './profile.ts';
import { rewriteDocs, writeDocs } from './report/docs.ts';
import { formatResult } from './report/table.ts';
import { writeReports } from './report/write-reports.ts';
import type { KindResult } from './result.ts';

const reports = fileURLToPath(new URL('../reports', import.meta.url));
const docs = fileURLToPath(new URL('../../../docs', import.meta.url));

const ATTEMPTS = 2;

/**
 * Runs what the command line asks for.
 *
 * @param argv what follows the program
 * @param print gets lines of text
 * @returns the exit status: 0 when everything ran, whatever the figures; 1 when something failed; 2 for wrong usage
 */
export async function main(argv: readonly string[], print: (text: string) => void): Promise<number> {
  let args: Arguments;
  try {
    args = parseArguments(argv, reports);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(error.message);
    return 2;
  }
  if (args.help) {
    print(usage());
    return 0;
  }
  if (args.redraw) {
    print([...(await rewriteDocs(docs)), await rewriteCapacityDocs(docs)].join(' '));
    return 0;
  }
  const missing = whyMissing('nginx', 'wrk');
  if (missing !== undefined) {
    print(missing);
    return 1;
  }
  const bench = await Bench.start({
    before: args.before === undefined ? undefined : resolve(args.before),
    only: args.contenders,
    scale: args.scale,
  });
  if (bench.cores === undefined)
    print('There are no two cores to keep application and load apart: the figures mean little.');
  if (args.smoke) print('Everything at a tiny size: these figures mean nothing.');
  try {
    return await runAll(args, bench, print);
  } finally {
    await bench.end();
  }
}

async function runAll(args: Arguments, bench: Bench, print: (text: string) => void): Promise<number> {
  const results: KindResult[] = [];
  const start = performance.now();
  let status = 0;
  for (const kind of kinds.filter(({ name }) => args.kinds.includes(name))) {
    const profiles = args.profile ? join(args.out, 'profiles', kind.name) : undefined;
    const result = await attempts(kind, bench, profiles, print);
    if (result === undefined) status = 1;
    else results.push(result);
    if (profiles !== undefined) {
      for (const text of await profileSummaries(profiles)) print(text);
    }
  }
  const seconds = Math.round((performance.now() - start) / 1_000);
  const report = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    pinned: bench.cores !== undefined,
    results,
    scale: args.scale,
    seconds,
  };
  const files = await writeReports(args.out, report);
  // The page is about everything.
  if (args.docs && status === 0) {
    files.push(...(await writeDocs(docs, report)), await rewriteCapacityDocs(docs));
  }
  print(`${summary(results)} ${seconds} s. ${files.join(' ')}`);
  return status;
}

/** Runs a kind, and again if it fails: on a busy machine it may be that an application does not get to run at all. */
async function attempts(
  kind: Kind,
  bench: Bench,
  profiles: string | undefined,
  print: (text: string) => void,
): Promise<KindResult | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const result = await runKind(kind, bench, profiles);
      print(formatResult(result));
      return result;
    } catch (error) {
      print(`${kind.name}: failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return undefined;
}

async function runKind(kind: Kind, bench: Bench, profiles: string | undefined): Promise<KindResult> {
  const start = performance.now();
  bench.beginKind(profiles);
  try {
    const { comparisons, notes, rows } = await kind.run(bench);
    // Included in the time: who writes a profile does so when it is stopped.
    await bench.stopAll();
    const { name, title, unit } = kind;
    const seconds = (performance.now() - start) / 1_000;
    return { kind: name, title, unit, rows, comparisons, seconds, notes: [...notes, ...bench.disturbance()] };
  } finally {
    await bench.stopAll();
  }
}

function summary(results: readonly KindResult[]): string {
  const goals = results
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ atMost }) => atMost !== undefined);
  const met = goals.filter((goal) => goal.met);
  return `${met.length} of ${goals.length} goals met.`;
}
