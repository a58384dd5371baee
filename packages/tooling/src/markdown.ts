/** A fenced block of code in a Markdown text. */
export interface CodeBlock {
  language: string;
  /** Where it begins, for messages; the first line of the file is 1. */
  line: number;
  text: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: (CodeBlock & { fence: string }) | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^\s*(`{3,}|~{3,})\s*(\w*)/.exec(line);
    if (open !== undefined) {
      if (fence?.[1]?.startsWith(open.fence) && fence[2] === '') {
        blocks.push({ language: open.language, line: open.line, text: open.text });
        open = undefined;
      } else {
        open.text += `${line}\n`;
      }
    } else if (fence !== null) {
      open = { language: fence[2] ?? '', line: index + 1, text: '', fence: fence[1] ?? '' };
    }
  }
  if (open !== undefined) throw new Error(`the block of code at line ${open.line} is not closed`);
  return blocks;
}

/** Without blocks and spans of code, where brackets and hashes mean something else. */
function prose(markdown: string): string {
  return markdown
    .replace(/^\s*(`{3,}|~{3,})[^\n]*\n.*?^\s*\1\s*$/gms, '')
    .replace(/(`+)(?!`).*?[^`]\1(?!`)/gs, '``');
}

/** The targets of all links and images. */
export function links(markdown: string): string[] {
  const text = prose(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...text.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** The headings, rows of tables, items of lists and blocks of code, in order: `## | - \`\`\``. */
export function outline(markdown: string): string {
  const text = markdown.replace(/^\s*(`{3,}|~{3,})[^\n]*\n.*?^\s*\1\s*$/gms, '```');
  return [...text.matchAll(/^\s*(?:(#+|-)(?= )|(\||```)|(\d+)\. )/gm)]
    .map(([, mark, other, number]) => mark ?? other ?? number)
    .join(' ');
}

/** The anchors that GitHub gives to the headings. */
export function anchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  const withoutBlocks = markdown.replace(/^\s*(`{3,}|~{3,})[^\n]*\n.*?^\s*\1\s*$/gms, '');
  return [...withoutBlocks.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
    const anchor = slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** What GitHub makes of the text of a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
