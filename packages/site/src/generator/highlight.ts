/** A piece of a configuration, and what it is; undefined for what needs no colour. */
export interface Piece {
  readonly kind: 'comment' | 'key' | 'string' | 'number' | undefined;
  readonly text: string;
}

/**
 * What the languages of all products have in common: comments from `#` on, XML's too, text in quotes, numbers with their
 * units, and the word that a line, or an element, begins with. Colours by this are no parse; together the pieces are the text.
 */
const PIECES =
  /(?<comment>(?<=^|\s)#[^\n]*|<!--[\s\S]*?-->)|(?<string>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?<key>(?<=^[ \t]*(?:- )?)[A-Za-z][\w.-]*(?=[\s:=]|$)|(?<=<\/?)[\w.:-]+|(?<=^)\[[^\]\n]+\])|(?<number>(?<![\w.:/-])\d+(?:[smhkMG]|ms|KB|MB)?(?![\w.:/-]))/gm;

export function highlight(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > end) pieces.push({ kind: undefined, text: text.slice(end, match.index) });
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    pieces.push({ kind: kind as Piece['kind'], text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: undefined, text: text.slice(end) });
  return pieces;
}
