import type { KindResult, Row } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { fillMarks, markdownTable } from './marks.ts';
import { formatFigure, formatRange, goalTitle } from './table.ts';
import type { Report } from './write-reports.ts';

/**
 * Fills docs/performance.md: the marks `bench:goals`, `bench:machine` and `bench:costs`.
 *
 * @throws Error where one of the marks is missing
 */
export function fillPage(page: string, report: Report): string {
  return fillMarks(page, { costs: costs(report), goals: goals(report), machine: machine(report) });
}

function machine({ date, machine: described, pinned, results, scale, seconds }: Report): string {
  const { cores, cpu, memory, system, versions } = described;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const notes = [
    ...new Set(results.flatMap((result) => result.notes.map((note) => `${result.kind}: ${note}`))),
  ];
  return [
    `Measured on ${date.slice(0, 10)} in ${Math.round(seconds / 60)} minutes: ${cores} cores of ${cpu}, ${memory}, ${system}.`,
    `${pinned ? 'The application had a core to itself' : 'Application and load shared their cores'}; ${scale.generations} × ${scale.rounds} rounds.`,
    `${list.join(', ')}.`,
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
  ].join('\n');
}

function goals({ results }: Report): string {
  const lines = results.flatMap((result) =>
    result.comparisons
      .filter(({ atMost }) => atMost !== undefined)
      .map((comparison) => [
        result.title,
        goalTitle(comparison, result),
        `≤ ${comparison.atMost}`,
        `${formatFigure(comparison.measured.median)}`,
        formatRange(comparison.measured),
        comparison.met === true ? 'yes' : '**no**',
      ]),
  );
  return markdownTable(['work', 'what is compared', 'goal', 'measured', 'range', 'met'], lines);
}

function costs({ results }: Report): string {
  return results.map((result) => [`### ${result.title}`, '', costsOf(result)].join('\n')).join('\n\n');
}

function costsOf({ rows, unit }: KindResult): string {
  const hasShares = rows.some(({ systemShare }) => systemShare !== undefined);
  const hasSpeeds = rows.some(({ requestsPerSecond }) => requestsPerSecond !== undefined);
  const where = (has: boolean, cell: string) => (has ? [cell] : []);
  const head = ['', unit, 'range', ...where(hasShares, 'in the kernel'), ...where(hasSpeeds, 'requests/s')];
  const lines = rows.map((row) => {
    const spread = spreadOf(row.figures);
    return [
      row.title,
      formatFigure(spread.median),
      formatRange(spread),
      ...where(hasShares, shareOf(row)),
      ...where(hasSpeeds, speedOf(row)),
    ];
  });
  return markdownTable(head, lines);
}

function shareOf({ systemShare }: Row): string {
  return systemShare === undefined ? '' : `${Math.round(systemShare * 100)} %`;
}

function speedOf({ requestsPerSecond }: Row): string {
  return requestsPerSecond === undefined ? '' : String(Math.round(requestsPerSecond));
}
