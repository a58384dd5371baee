/** Descriptions stand beside their terms if they have so many columns, otherwise below them. */
const NARROWEST = 30;

/** An option, a command or an example: a term, and behind two blanks or more what it means. */
interface Item {
  /** With its indentation. */
  readonly term: string;
  readonly gap: string;
  readonly description: string;
}

function itemOf(line: string): Item | undefined {
  const start = indentOf(line).length;
  const end = start === 0 ? -1 : line.indexOf('  ', start);
  const description = end === -1 ? '' : line.slice(end).trimStart();
  if (description === '') return undefined;
  return { term: line.slice(0, end), gap: line.slice(end, line.length - description.length), description };
}

/** What a shell takes for one word, quotes and all. */
const SHELL_WORDS = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g;

/**
 * Help that fits a terminal: paragraphs are filled, items hang, and commands under "Examples:" stay commands, as their
 * lines are joined by backslashes.
 *
 * @param width columns; a word that is longer stays whole
 */
export function wrapHelp(text: string, width: number): string {
  let isExample = false;
  return joinParagraphs(text)
    .flatMap((line) => {
      if (/^\S/.test(line)) isExample = line === 'Examples:';
      if ([...line].length <= width) return [line];
      return isExample ? wrapExample(line, width) : wrapLine(line, width);
    })
    .join('\n');
}

/** Every paragraph in one line. Headings, and what is indented, keep their lines. */
function joinParagraphs(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const before = lines.at(-1) ?? '';
    const isProse = /^\S/.test(before) && !/:$/.test(before) && /^\S/.test(line);
    if (isProse) lines.splice(-1, 1, `${before} ${line}`);
    else lines.push(line);
  }
  return lines;
}

function wrapLine(line: string, width: number): string[] {
  const item = itemOf(line);
  if (item === undefined) return fill(line, width, indentOf(line) + (/^ +- /.test(line) ? '  ' : ''));
  const { description, gap, term } = item;
  const beside = `${term}${gap}`;
  if (width - beside.length >= NARROWEST) {
    const [first = '', ...others] = fill(
      ' '.repeat(beside.length) + description,
      width,
      ' '.repeat(beside.length),
    );
    return [beside + first.trimStart(), ...others];
  }
  const below = `${indentOf(line)}    `;
  return [...fill(term, width, below), ...fill(below + description, width, below)];
}

function wrapExample(line: string, width: number): string[] {
  const { description: remark, term: command } = itemOf(line) ?? { term: line };
  const indent = indentOf(line);
  const words = command.match(SHELL_WORDS) ?? [];
  const lines = pack(words, indent, width - 2, `${indent}    `).map((part, place, { length }) =>
    place < length - 1 ? `${part} \\` : part,
  );
  const below = `${indent}      `;
  return remark === undefined ? lines : [...lines, ...fill(below + remark, width, below)];
}

function fill(line: string, width: number, indent: string): string[] {
  const start = indentOf(line);
  return pack(line.slice(start.length).match(/\S+/g) ?? [], start, width, indent);
}

/** As many words as fit into a line, and at least one. */
function pack(words: readonly string[], start: string, width: number, indent: string): string[] {
  const [first = '', ...others] = words;
  const lines = [start + first];
  for (const word of others) {
    const longer = `${lines.at(-1)} ${word}`;
    if ([...longer].length <= width) lines.splice(-1, 1, longer);
    else lines.push(indent + word);
  }
  return lines;
}

const indentOf = (line: string) => /^ */.exec(line)?.[0] ?? '';
