import { stripVTControlCharacters } from 'node:util';
import { escapeXml } from './escape-xml.ts';

/** What of a line looks alike. */
interface Run {
  readonly text: string;
  /** Names of {@link STYLES}. */
  readonly styles: readonly string[];
}

/** The attributes of SGR (ECMA-48 §8.3.117) that the command uses, and how they are drawn. */
const STYLES: Readonly<Record<string, string>> = {
  bold: 'font-weight="700"',
  cyan: 'fill="var(--terminal-cyan)"',
  dim: 'fill="var(--terminal-dim)"',
  green: 'fill="var(--terminal-green)"',
  red: 'fill="var(--terminal-red)"',
};
const ON: Readonly<Record<string, string>> = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 36: 'cyan' };
const OFF: Readonly<Record<string, readonly string[]>> = {
  22: ['bold', 'dim'],
  39: ['red', 'green', 'cyan'],
};

const CHARACTER = 7.8;
const LINE = 18;
const MARGIN = 16;
const BAR = 28;

const STYLE = `text{white-space:pre}
:root{--terminal-back:#f6f6f7;--terminal-text:#213547;--terminal-dim:#67676c;--terminal-red:#b8272c;--terminal-green:#18794e;--terminal-cyan:#0b6b8a}
@media (prefers-color-scheme:dark){:root{--terminal-back:#1b1b1f;--terminal-text:#dfdfd6;--terminal-dim:#98989f;--terminal-red:#f66f81;--terminal-green:#3dd68c;--terminal-cyan:#5ac8e8}}`;

/**
 * Draws what stood on a terminal.
 *
 * @param title what it shows, for those who do not see it
 * @param text as it was printed, with its escape sequences
 */
export function drawTerminal(title: string, text: string): string {
  const lines = text.trimEnd().split('\n');
  const longest = Math.max(...lines.map((line) => [...stripVTControlCharacters(line)].length));
  const width = Math.ceil(longest * CHARACTER) + 2 * MARGIN;
  const height = BAR + lines.length * LINE + MARGIN;
  const dots = [0, 1, 2].map(
    (place) =>
      `<circle cx="${MARGIN + 5 + place * 18}" cy="${BAR / 2 + 2}" r="5" fill="var(--terminal-dim)"/>`,
  );
  const drawn = lines.flatMap((line, row) =>
    line === '' ? [] : [`<text x="${MARGIN}" y="${BAR + (row + 1) * LINE - 5}">${drawRuns(line)}</text>`],
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="var(--terminal-text)">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
<rect width="${width}" height="${height}" rx="8" fill="var(--terminal-back)"/>
${[...dots, ...drawn].join('\n')}
</svg>
`;
}

function drawRuns(line: string): string {
  return runsOf(line)
    .map(({ styles, text }) => {
      const attributes = styles.map((style) => ` ${STYLES[style]}`).join('');
      return attributes === '' ? escapeXml(text) : `<tspan${attributes}>${escapeXml(text)}</tspan>`;
    })
    .join('');
}

function runsOf(line: string): Run[] {
  const [plain = '', ...others] = line.split('\x1b[');
  let styles: string[] = [];
  const runs: Run[] = [{ text: plain, styles }];
  for (const other of others) {
    const [, code = '', text = ''] = /^(\d+)m(.*)$/s.exec(other) ?? [];
    const on = ON[code];
    const off = OFF[code];
    if (on !== undefined) styles = [...styles, on];
    else if (off !== undefined) styles = styles.filter((style) => !off.includes(style));
    else throw new Error(`nothing is known of this escape sequence: ESC [ ${other.slice(0, 10)}`);
    runs.push({ text, styles });
  }
  return runs.filter(({ text }) => text !== '');
}
