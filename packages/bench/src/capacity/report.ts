import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatReport, type Report } from '../report/write-reports.ts';
import type { CapacityReport } from './capacity-report.ts';
import { fillCapacityPage } from './page.ts';

/**
 * Puts figures into the documentation: `capacity.json`, and what `capacity.md` makes of it and of `performance.json`.
 *
 * @param folder in which these are
 * @returns the paths of the files
 */
export async function writeCapacityDocs(folder: string, report: CapacityReport): Promise<string[]> {
  const json = join(folder, 'capacity.json');
  await writeFile(json, formatReport(report));
  return [await rewriteCapacityDocs(folder), json];
}

/**
 * Makes the tables again, of the figures that are there.
 *
 * @param folder in which they are
 * @returns the path of the page
 */
export async function rewriteCapacityDocs(folder: string): Promise<string> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const page = join(folder, 'capacity.md');
  const performance: Report = JSON.parse(await read('performance.json'));
  const capacity: CapacityReport = JSON.parse(await read('capacity.json'));
  await writeFile(page, fillCapacityPage(await read('capacity.md'), performance, capacity));
  return page;
}
