const BEGIN = '# BEGIN fcgi bundle';
const END = '# END fcgi bundle';

/** Lines for `.htaccess` that the next release replaces. */
export function block(lines: string): string {
  return `${BEGIN}\n${lines.trimEnd()}\n${END}\n`;
}

/**
 * Puts a block in the place of the one of an earlier release, or behind the other lines: panels of hosts write into the file as well.
 *
 * @param text the file, which is empty where there is none
 */
export function withBlock(text: string, lines: string): string {
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END, start);
  if (start === -1 || end === -1) return text === '' ? lines : `${text.trimEnd()}\n\n${lines}`;
  return text.slice(0, start) + lines + text.slice(end + END.length).replace(/^\n/, '');
}
