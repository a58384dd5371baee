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
  /** How long it took in all. */
  readonly seconds: number;
  readonly scale: Scale;
}

/** A report as JSON, figures with five digits. */
export function formatReport(report: object): string {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(report, rounded, 2)}\n`;
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
  await writeFile(json, formatReport(report));
  const svg = join(folder, 'bench.svg');
  await writeFile(svg, formatChart(report.results));
  return [json, svg];
}
