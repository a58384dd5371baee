/** A line, lines with the same indentation, or nothing. */
export type Lines = string | false | undefined | readonly Lines[];

/** All lines in one list, without those that are `false` or `undefined`. */
export function flatten(lines: Lines): string[] {
  if (lines === false || lines === undefined) return [];
  if (typeof lines === 'string') return [lines];
  return lines.flatMap(flatten);
}

/** Four blanks before every line that has something on it. */
export function indent(...lines: Lines[]): string[] {
  return flatten(lines).map((line) => (line === '' ? '' : `    ${line}`));
}

/** The text of a file: every line ended, no two empty lines in a row, none at the beginning. */
export function file(...lines: Lines[]): string {
  const all = flatten(lines);
  const kept = all.filter((line, place) => line !== '' || (place > 0 && all[place - 1] !== ''));
  return `${kept.join('\n').trim()}\n`;
}
