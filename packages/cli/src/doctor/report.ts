import type { Colors } from '../io.ts';
import type { Finding } from './cause.ts';
import type { Facts } from './facts.ts';
import type { Configuration } from './gather/configuration.ts';

/** Columns of a terminal that are used at most: longer lines are hard to read. */
const MOST_COLUMNS = 100;

/** Findings for people, each as cause, evidence, remedy. */
export function reportText(
  findings: readonly Finding[],
  looked: readonly string[],
  width: number,
  colors: Colors,
): string {
  const columns = Math.min(width, MOST_COLUMNS);
  const head = looked.map((line) => `${colors.dim('looked at')} ${line}\n`).join('');
  if (findings.length === 0) return `${head}${colors.green('Nothing found.')}\n`;
  return `${head}\n${findings.map((finding) => findingText(finding, columns, colors)).join('\n')}`;
}

function findingText(
  { id, title, cause, evidence, remedy }: Finding,
  columns: number,
  colors: Colors,
): string {
  const lines = [
    `${colors.red('✗')} ${colors.bold(title)} ${colors.dim(`[${id}]`)}`,
    ...wrap(cause, '  ', columns),
    ...evidence.flatMap((text) => wrap(text, `  ${colors.dim('seen:')} `, columns, '        ')),
    ...remedy.flatMap((text) => wrap(text, `  ${colors.green('→')} `, columns, '    ')),
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

/** What was looked at, and as whom, so that one can trust that nothing was found. */
export function lookedAt(facts: Facts): string[] {
  const { address, answer, configuration, log, program, start, user } = facts;
  const setting = start?.trial.setting;
  return [
    ...(configuration === undefined ? [] : [configurationText(configuration)]),
    ...(program === undefined
      ? []
      : [`${program.path}, for the user ${user.name}${start === undefined ? '; it was not started' : ''}`]),
    ...(setting === undefined
      ? []
      : [
          `${setting.command.join(' ')}, started in ${setting.folder} as ${setting.user?.name ?? 'you'} with ${Object.keys(setting.environment).join(', ') || 'no environment'}`,
        ]),
    ...(address === undefined ? [] : [`${address}, for the user ${user.name}`]),
    ...(answer?.status === undefined ? [] : [`the answer to a request: status ${answer.status}`]),
    ...(log === undefined ? [] : [`${log.file}, its last ${log.lines.length} lines`]),
  ];
}

/** Apache's need not name an application: a handler may stand for all files with an ending. */
function configurationText({ addresses, files, product, programs }: Configuration): string {
  const isAbout = product === 'apache' || addresses.length + programs.length > 0;
  return `${files.join(', ')} (${product})${isAbout ? '' : ', which names no FastCGI application'}`;
}
