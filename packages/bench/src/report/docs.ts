import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatChart } from './chart.ts';
import { fillPage } from './page.ts';
import { formatReport, type Report } from './write-reports.ts';

/**
 * Puts a report into the documentation: `performance.json` for what was measured, and what is made of it, the tables in
 * `performance.md` and the chart `performance.svg`.
 *
 * @param folder in which `performance.md` is
 * @returns the paths of the files
 */
export async function writeDocs(folder: string, report: Report): Promise<string[]> {
  await writeFile(join(folder, 'performance.json'), formatReport(report));
  return await rewriteDocs(folder);
}

/**
 * Makes the tables and the chart again, of the report that is there.
 *
 * @param folder in which `performance.md` and `performance.json` are
 * @returns the paths of the files
 */
export async function rewriteDocs(folder: string): Promise<string[]> {
  const json = join(folder, 'performance.json');
  const page = join(folder, 'performance.md');
  const chart = join(folder, 'performance.svg');
  const report: Report = JSON.parse(await readFile(json, 'utf8'));
  await writeFile(page, fillPage(await readFile(page, 'utf8'), report));
  await writeFile(chart, formatChart(report.results));
  return [page, chart, json];
}
