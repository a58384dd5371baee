/** Text for people as text in which each character is one byte, as params have it. */
export function toParamText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
