import type { KindResult, Row } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { formatFigure, formatRange, goalTitle } from './table.ts';
import type { Report } from './write-reports.ts';

/** What stands between the marks of the page, by their names. */
const sections: Record<string, (report: Report) => string> = { costs, goals, machine };

/**
 * Fills a page: between `<!-- bench:goals -->` and `<!-- /bench:goals -->` comes the table of goals, and likewise
 * `bench:machine` and `bench:costs`. Everything else stays as it is.
 *
 * @throws Error where one of the marks is missing
 */
export function fillPage(page: string, report: Report): string {
  let filled = page;
  for (const [name, format] of Object.entries(sections)) {
    const start = `<!-- bench:${name} -->\n`;
    const end = `<!-- /bench:${name} -->`;
    const from = filled.indexOf(start);
    const to = filled.indexOf(end);
    if (from === -1 || to < from) throw new Error(`The page has no ${start.trim()} with its end.`);
    filled = `${filled.slice(0, from + start.length)}\n${format(report)}\n\n${filled.slice(to)}`;
  }
  return filled;
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
  return table(['work', 'what is compared', 'goal', 'measured', 'range', 'met'], lines);
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
  return table(head, lines);
}

function shareOf({ systemShare }: Row): string {
  return systemShare === undefined ? '' : `${Math.round(systemShare * 100)} %`;
}

function speedOf({ requestsPerSecond }: Row): string {
  return requestsPerSecond === undefined ? '' : String(Math.round(requestsPerSecond));
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
