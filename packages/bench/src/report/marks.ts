/**
 * Fills a page: between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` comes the text of that name. Everything else
 * stays as it is.
 *
 * @throws Error where one of the marks is missing
 */
export function fillMarks(page: string, texts: Readonly<Record<string, string>>): string {
  let filled = page;
  for (const [name, text] of Object.entries(texts)) {
    const start = `<!-- bench:${name} -->\n`;
    const end = `<!-- /bench:${name} -->`;
    const from = filled.indexOf(start);
    const to = filled.indexOf(end);
    if (from === -1 || to < from) throw new Error(`The page has no ${start.trim()} with its end.`);
    filled = `${filled.slice(0, from + start.length)}\n${text}\n\n${filled.slice(to)}`;
  }
  return filled;
}

/** A table of Markdown. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
