import type { Comparison, KindResult, Row } from '../result.ts';
import { type Spread, spreadOf } from '../statistics.ts';

/** The result of one kind as text for a terminal. */
export function formatResult(result: KindResult): string {
  const rows = result.rows.map((row) => rowCells(row));
  const goals = result.comparisons.map((comparison) => goalCells(comparison, result));
  const hasSpeeds = result.rows.some((row) => row.requestsPerSecond !== undefined);
  const hasShares = result.rows.some((row) => row.systemShare !== undefined);
  const head = ['', result.unit, 'range', hasShares ? 'in the kernel' : '', hasSpeeds ? 'requests/s' : ''];
  return [
    `${result.kind}: ${result.title} (${Math.round(result.seconds)} s)`,
    ...align([head, ...rows]),
    ...(goals.length === 0 ? [] : align([['', 'measured', 'range', 'goal', ''], ...goals])),
    ...result.notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}

/** A figure with three significant digits. */
export function formatFigure(figure: number): string {
  const digits = Math.abs(figure) < 10 ? 2 : Math.abs(figure) < 100 ? 1 : 0;
  return figure.toFixed(digits);
}

/** The lowest and the highest figure. */
export function formatRange({ high, low }: Spread): string {
  return `${formatFigure(low)} – ${formatFigure(high)}`;
}

/** What a goal is about, for people. */
export function goalTitle(comparison: Comparison, { rows }: KindResult): string {
  const title = (name: string) => rows.find((row) => row.name === name)?.title ?? name;
  const { against, how, of } = comparison;
  if (against === undefined) return title(of);
  return how === 'difference' ? `${title(of)} − ${title(against)}` : `${title(of)} / ${title(against)}`;
}

function rowCells(row: Row): string[] {
  const spread = spreadOf(row.figures);
  return [
    row.title,
    formatFigure(spread.median),
    formatRange(spread),
    row.systemShare === undefined ? '' : `${Math.round(row.systemShare * 100)} %`,
    row.requestsPerSecond === undefined ? '' : String(Math.round(row.requestsPerSecond)),
  ];
}

function goalCells(comparison: Comparison, result: KindResult): string[] {
  return [
    goalTitle(comparison, result),
    formatFigure(comparison.measured.median),
    formatRange(comparison.measured),
    comparison.atMost === undefined ? '' : `≤ ${comparison.atMost}`,
    comparison.met === undefined ? '' : comparison.met ? 'met' : 'NOT MET',
  ];
}

/** Columns side by side: the first one to the left, the others to the right. */
function align(lines: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [column, cell] of line.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return lines.map((line) => {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('   ')}`.trimEnd();
  });
}
