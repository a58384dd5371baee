/** A word, or what is between two; anything else is what a shell acts upon. */
const PIECE = /((?:[^\s"'\\$`|&;<>()*?[\]{}#~]|"[^"\\$`]*"|'[^']*'|\\.)+)|(\s+)|./gs;
const QUOTED = /"([^"]*)"|'([^']*)'|\\(.)/gs;

/**
 * The words of a command line that is one program with arguments.
 *
 * @returns undefined where a shell would do more with it than start one program
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  for (const [, word, space] of line.matchAll(PIECE)) {
    if (word !== undefined) words.push(word.replace(QUOTED, '$1$2$3'));
    else if (space === undefined || space.includes('\n')) return undefined;
  }
  return words;
}
