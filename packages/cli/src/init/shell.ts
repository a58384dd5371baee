/** Text that a shell reads as exactly one word with the value, whatever characters it has. */
export function quoteForShell(value: string): string {
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
