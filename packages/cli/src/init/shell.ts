import { escapeLogText } from '@fcgi-js/client';
import { messageText } from '@fcgi-js/inspector/text';
import { usageFailure } from '../command-failure.ts';

/**
 * Text that a shell reads as exactly one word with the value, whatever characters it has.
 *
 * @throws CommandFailure where nobody could see what the word is: it is printed for people to copy
 */
export function quoteForShell(value: string): string {
  if (messageText(value) !== value) {
    throw usageFailure(
      `${escapeLogText(value)} has characters that a terminal does not show as they are. Rename it.`,
    );
  }
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
