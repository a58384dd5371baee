import { drawing, field, MARGIN, widthOf } from './drawing.ts';
import { escapeXml } from './escape-xml.ts';

/**
 * Questions, one below the other: yes ends at an answer, no leads to the next. The text has a line `title: …`, then
 * pairs of lines `question: …` and `yes: …`, and a line `no: …` for no to all of them.
 */
export interface Decision {
  /** What is left in the end. */
  readonly otherwise: string;
  readonly questions: readonly { readonly question: string; readonly yes: string }[];
  readonly title: string;
}

export function parseDecision(title: string, lines: readonly string[]): Decision {
  const pairs = lines.slice(0, -1);
  return {
    otherwise: field('no', lines.at(-1) ?? ''),
    questions: Array.from({ length: Math.ceil(pairs.length / 2) }, (_, place) => ({
      question: field('question', pairs[2 * place] ?? ''),
      yes: field('yes', pairs[2 * place + 1] ?? ''),
    })),
    title: field('title', title),
  };
}

const BOX = 34;
const ROW = 62;
const ARROW = 70;

export function drawDecision({ otherwise, questions, title }: Decision): string {
  const left = widest(questions.map(({ question }) => question));
  const right = widest([...questions.map(({ yes }) => yes)]);
  const answers = MARGIN + left + ARROW;
  const parts = questions.flatMap(({ question, yes }, row) => {
    const y = MARGIN + row * ROW;
    return [
      box(MARGIN, y, left, question, 'var(--diagram-accent)'),
      arrow(`M${MARGIN + left} ${y + BOX / 2}H${answers}`, 'm-8 -5l8 5l-8 5'),
      label(MARGIN + left + ARROW / 2 - 4, y + BOX / 2 - 6, 'yes'),
      box(answers, y, right, yes, 'var(--diagram-line)'),
      arrow(`M${MARGIN + left / 2} ${y + BOX}v${ROW - BOX}`, 'm-5 -8l5 8l5 -8'),
      label(MARGIN + left / 2 + 16, y + BOX + 18, 'no'),
    ];
  });
  const last = MARGIN + questions.length * ROW;
  parts.push(box(MARGIN, last, Math.max(left, widest([otherwise])), otherwise, 'var(--diagram-line)'));
  return drawing(title, answers + right + MARGIN, last + BOX + MARGIN, parts);
}

const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => widthOf(text) + 28));

function box(x: number, y: number, width: number, text: string, line: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="6" fill="var(--diagram-box)" stroke="${line}"/>
${label(x + width / 2, y + BOX / 2 + 5, text)}`;
}

function arrow(line: string, head: string): string {
  return `<path d="${line}${head}" fill="none" stroke="var(--diagram-accent)" stroke-width="1.5"/>`;
}

function label(x: number, y: number, text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="middle" fill="var(--diagram-text)">${escapeXml(text)}</text>`;
}
