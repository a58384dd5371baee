import type { KindResult } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { formatFigure } from './table.ts';

const WIDTH = 760;
const LABELS = 250;
const VALUES = 70;
const BAR = 16;
const LINE = 22;
const TITLE = 34;
const MARGIN = 12;
/** Units that are about the cost of something, so that shorter bars are better. */
const CHARTED = /CPU\/(request|byte)/;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .unit, .range { fill: #57606a; }
  .ours { fill: #0969da; }
  .others { fill: #afb8c1; }
  .spread { stroke: #24292f; stroke-opacity: 0.55; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .unit, .range { fill: #8d96a0; }
    .ours { fill: #4493f8; }
    .others { fill: #57606a; }
    .spread { stroke: #e6edf3; }
  }`;

/** The costs of all contenders as bars, kind by kind, as one SVG image for light and dark pages. */
export function formatChart(results: readonly KindResult[]): string {
  const charted = results.filter(({ rows, unit }) => CHARTED.test(unit) && rows.length > 0);
  let y = MARGIN;
  const panels = charted.map((result) => {
    const panel = `<g transform="translate(0 ${y})">\n${panelLines(result).join('\n')}\n</g>`;
    y += TITLE + result.rows.length * LINE + MARGIN;
    return panel;
  });
  const description = 'CPU time of the application; shorter is better. Lines show the range over all rounds.';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">
<title>fcgi-js beside its peers</title>
<desc>${description}</desc>
<style>${STYLE}
</style>
${panels.join('\n')}
</svg>
`;
}

function panelLines({ rows, title, unit }: KindResult): string[] {
  const spreads = rows.map(({ figures }) => spreadOf(figures));
  // One wild round must not make all bars short: beyond three times the longest bar a range is cut.
  const longest = Math.max(...spreads.map(({ median }) => median));
  const scale =
    (WIDTH - LABELS - VALUES - MARGIN) / Math.min(longest * 3, Math.max(...spreads.map(({ high }) => high)));
  const x = (figure: number) => round(Math.min(LABELS + figure * scale, WIDTH - VALUES - MARGIN));
  const heading = `<text class="title" x="${MARGIN}" y="16">${escapeText(title)} <tspan class="unit">${escapeText(unit)}</tspan></text>`;
  const bars = rows.flatMap((row, index) => {
    const { high, low, median } = spreads[index] ?? spreadOf(row.figures);
    const top = TITLE - 8 + index * LINE;
    const middle = top + BAR / 2;
    const end = x(high);
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escapeText(row.title)}</text>`,
      `<rect class="${isOurs(row.title) ? 'ours' : 'others'}" x="${LABELS}" y="${top}" width="${round(x(median) - LABELS)}" height="${BAR}" rx="2"/>`,
      `<line class="spread" x1="${x(low)}" x2="${end}" y1="${middle}" y2="${middle}"/>`,
      `<text x="${end + 6}" y="${middle + 4}">${formatFigure(median)}</text>`,
    ];
  });
  return [heading, ...bars];
}

function isOurs(title: string): boolean {
  return title.includes('fcgi-js');
}

function round(position: number): number {
  return Math.round(position * 10) / 10;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
