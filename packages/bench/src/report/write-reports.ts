import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../machine.ts';
import type { KindResult } from '../result.ts';
import type { Scale } from '../scale.ts';
import { formatChart } from './chart.ts';

/** Everything about a run. */
export interface Report {
  /** When it ended, in ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Whether application and load were on cores of their own. */
  readonly pinned: boolean;
  readonly results: readonly KindResult[];
  readonly scale: Scale;
}

/**
 * Writes `bench.json` and `bench.svg`.
 *
 * @param folder made if it is missing
 * @returns their paths
 */
export async function writeReports(folder: string, report: Report): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const json = join(folder, 'bench.json');
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  const svg = join(folder, 'bench.svg');
  await writeFile(svg, formatChart(report.results));
  return [json, svg];
}
