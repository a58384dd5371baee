import { type Decision, drawDecision, parseDecision } from './decision.ts';
import { drawing, field, MARGIN, widthOf } from './drawing.ts';
import { escapeXml } from './escape-xml.ts';

/**
 * Draws a sequence: who says what to whom, from top to bottom. The text has a line `title: …`, a line `actors: A | B`,
 * and then one line for each step: `A -> B: what A says`, `A: what A does`, or `= what holds for all`.
 */
export interface Sequence {
  readonly actors: readonly string[];
  readonly steps: readonly Step[];
  readonly title: string;
}

/** `from` and `to` are places among the actors; the same where an actor does something by itself. */
export interface Step {
  readonly from: number;
  readonly kind: 'message' | 'note';
  readonly text: string;
  readonly to: number;
}

/** What a text of `docs/diagrams` says. */
export type Diagram = Decision | Sequence;

export function parseDiagram(text: string): Diagram {
  const [title = '', actors = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  if (actors.startsWith('question: ')) return parseDecision(title, [actors, ...lines]);
  const names = field('actors', actors)
    .split('|')
    .map((name) => name.trim());
  return {
    actors: names,
    steps: lines.map((line) => parseStep(line, names)),
    title: field('title', title),
  };
}

function parseStep(line: string, actors: readonly string[]): Step {
  if (line.startsWith('= ')) return { from: 0, kind: 'note', text: line.slice(2), to: actors.length - 1 };
  const [, from = '', to = from, text = ''] = /^(.+?)(?: -> (.+?))?: (.+)$/.exec(line) ?? [];
  const places = [from, to].map((name) => actors.indexOf(name));
  const [start = -1, end = -1] = places;
  if (places.includes(-1)) throw new Error(`no step between actors: "${line}"`);
  return { from: start, kind: start === end ? 'note' : 'message', text, to: end };
}

const HEAD = 34;
const ROW = 38;

export function drawDiagram(diagram: Diagram): string {
  return 'questions' in diagram ? drawDecision(diagram) : drawSequence(diagram);
}

function drawSequence({ actors, steps, title }: Sequence): string {
  const centres = columns(actors, steps);
  const width = (centres.at(-1) ?? 0) + headWidth(actors.at(-1) ?? '') / 2 + MARGIN;
  const right = Math.max(width, ...steps.map((step) => noteEnd(step, centres)));
  const height = HEAD + MARGIN + (steps.length + 1) * ROW;
  const parts = [
    ...centres.map(
      (x) =>
        `<path d="M${x} ${MARGIN + HEAD}V${height - MARGIN}" stroke="var(--diagram-line)" stroke-dasharray="3 4"/>`,
    ),
    ...actors.map((name, place) => head(name, centres[place] ?? 0)),
    ...steps.map((step, row) => drawStep(step, HEAD + MARGIN + (row + 1) * ROW, centres)),
  ];
  return drawing(title, Math.ceil(right), height, parts);
}

const headWidth = (name: string) => widthOf(name) + 28;

/** Far enough from each other for every message between two that stand side by side. */
function columns(actors: readonly string[], steps: readonly Step[]): number[] {
  const centres: number[] = [];
  for (const [place, name] of actors.entries()) {
    const before = centres.at(-1);
    if (before === undefined) {
      const widest = Math.max(
        headWidth(name),
        ...steps.filter(isNoteAt(place, actors)).map(({ text }) => widthOf(text) + 20),
      );
      centres.push(MARGIN + Math.ceil(widest / 2));
      continue;
    }
    const between = steps.filter(
      ({ from, kind, to }) => kind === 'message' && Math.max(from, to) === place && Math.abs(from - to) === 1,
    );
    const heads = (headWidth(actors[place - 1] ?? '') + headWidth(name)) / 2 + 20;
    const notes = steps
      .filter((step) => isNoteAt(place, actors)(step) || isNoteAt(place - 1, actors)(step))
      .map(({ text }) => (widthOf(text) + headWidth(name)) / 2 + 24);
    centres.push(
      before + Math.ceil(Math.max(heads, ...notes, ...between.map(({ text }) => widthOf(text) + 36))),
    );
  }
  return centres;
}

const isNoteAt = (place: number, actors: readonly string[]) => (step: Step) =>
  step.kind === 'note' && step.from === place && (step.to === place || actors.length === 1);

function noteEnd({ from, kind, text, to }: Step, centres: readonly number[]): number {
  if (kind === 'message') return 0;
  const middle = ((centres[from] ?? 0) + (centres[to] ?? 0)) / 2;
  return middle + widthOf(text) / 2 + 10 + MARGIN;
}

function head(name: string, x: number): string {
  const width = headWidth(name);
  return `<rect x="${x - width / 2}" y="${MARGIN}" width="${width}" height="${HEAD}" rx="6" fill="var(--diagram-box)" stroke="var(--diagram-line)"/>
<text x="${x}" y="${MARGIN + HEAD / 2 + 5}" text-anchor="middle" font-weight="600" fill="var(--diagram-text)">${escapeXml(name)}</text>`;
}

function drawStep({ from, kind, text, to }: Step, y: number, centres: readonly number[]): string {
  const start = centres[from] ?? 0;
  const end = centres[to] ?? 0;
  const middle = (start + end) / 2;
  const words = `<text x="${middle}" y="${kind === 'note' ? y + 1 : y - 6}" text-anchor="middle" fill="var(--diagram-text)">${escapeXml(text)}</text>`;
  if (kind === 'note') {
    const width = widthOf(text) + 20;
    return `<rect x="${middle - width / 2}" y="${y - 16}" width="${width}" height="25" rx="12" fill="var(--diagram-box)"/>\n${words}`;
  }
  const back = end > start ? -8 : 8;
  return `<path d="M${start} ${y}H${end}m${back} -5l${-back} 5l${back} 5" fill="none" stroke="var(--diagram-accent)" stroke-width="1.5"/>\n${words}`;
}
