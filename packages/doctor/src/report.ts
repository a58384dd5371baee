import type { PrinterColors } from '@fcgi-js/inspector/printers';
import type { Finding } from './cause.ts';

/** It has a heading for each finding. */
const GUIDE = 'https://github.com/fcgi-js/fcgi-js/blob/main/docs/doctor.md';

/** Columns of a terminal that are used at most: longer lines are hard to read. */
const MOST_COLUMNS = 100;

/**
 * Findings for people, each as cause, evidence, remedy.
 *
 * @param findings with secrets hidden and control characters escaped, as `evidence` has them from outside
 * @param looked what was looked at: {@link lookedAt}
 * @param width columns; more than 100 are not used
 * @param colors functions that paint text, or leave it alone
 */
export function reportText(
  findings: readonly Finding[],
  looked: readonly string[],
  width: number,
  colors: PrinterColors,
): string {
  const columns = Math.min(width, MOST_COLUMNS);
  const head = looked.map((line) => `${colors.dim('looked at')} ${line}\n`).join('');
  if (findings.length === 0) return `${head}${colors.green('Nothing found.')}\n`;
  return `${head}\n${findings.map((finding) => findingText(finding, columns, colors)).join('\n')}`;
}

function findingText(
  { id, title, cause, evidence, remedy }: Finding,
  columns: number,
  colors: PrinterColors,
): string {
  const lines = [
    `${colors.red('✗')} ${colors.bold(title)} ${colors.dim(`[${id}]`)}`,
    ...wrap(cause, '  ', columns),
    ...evidence.flatMap((text) => wrap(text, `  ${colors.dim('seen:')} `, columns, '        ')),
    ...remedy.flatMap((text) => wrap(text, `  ${colors.green('→')} `, columns, '    ')),
    `  ${colors.dim(`more: ${GUIDE}#${id}`)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Breaks text between words. */
function wrap(text: string, first: string, columns: number, others = first): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && others.length + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, index) => `${index === 0 ? first : others}${each}`);
}
