import { fileURLToPath } from 'node:url';
import { whyMissing } from '../../../tooling/src/system-packages.mjs';
import { UsageError } from '../args.ts';
import { Bench } from '../bench.ts';
import { describeMachine } from '../machine.ts';
import { docsScale, type Scale, smokeScale } from '../scale.ts';
import { type CapacityArguments, parseCapacityArguments, usage } from './args.ts';
import type { CapacityReport } from './capacity-report.ts';
import { measureWays } from './measure.ts';
import { rewriteCapacityDocs, writeCapacityDocs } from './report.ts';
import { quantile } from './scenarios.ts';
import { type Scenario, simulate } from './simulate.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));

/**
 * Runs what the command line asks for.
 *
 * @param argv what follows the program
 * @param print gets lines of text
 * @returns the exit status: 0 for done, 1 where something is missing, 2 for wrong usage
 */
export async function capacity(argv: readonly string[], print: (text: string) => void): Promise<number> {
  let args: CapacityArguments;
  try {
    args = parseCapacityArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(error.message);
    return 2;
  }
  switch (args.do) {
    case 'help':
      print(usage);
      return 0;
    case 'measure':
      return await measure(docsScale, print, (report) => writeCapacityDocs(docs, report));
    case 'try':
      return await measure(smokeScale, print, async ({ ways }) => [JSON.stringify(ways)]);
    case 'redraw':
      print(await rewriteCapacityDocs(docs));
      return 0;
    case 'simulate':
      print(describe(args.scenario));
      return 0;
  }
}

async function measure(
  scale: Scale,
  print: (text: string) => void,
  use: (report: CapacityReport) => Promise<readonly string[]>,
): Promise<number> {
  const missing = whyMissing('nginx', 'wrk');
  if (missing !== undefined) {
    print(missing);
    return 1;
  }
  const bench = await Bench.start({ scale });
  try {
    const ways = await measureWays(bench);
    const report = { date: new Date().toISOString(), machine: describeMachine(), ways };
    print((await use(report)).join(' '));
    return 0;
  } finally {
    await bench.end();
  }
}

/** What a simulation says, in milliseconds. */
export function describe(scenario: Scenario): string {
  const { hosts, rate, requests, service, workers } = scenario;
  const { lost, refused, repeated, times } = simulate(scenario);
  const milliseconds = (share: number) => `${(quantile(times, share) * 1_000).toFixed(1)} ms`;
  return [
    `${hosts} hosts with ${workers} workers, busy ${Math.round((100 * rate * service) / (hosts * workers))} % of the time:`,
    `median ${milliseconds(0.5)}, 95 % ${milliseconds(0.95)}, 99 % ${milliseconds(0.99)}, longest ${milliseconds(1)}`,
    `${requests} requests: ${times.length} answered, ${lost} lost, ${refused} refused, ${repeated} sent to another host`,
  ].join('\n');
}
