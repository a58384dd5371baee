import { escapeLogText, messageText } from '@fcgi-js/inspector/text';
import { invalidDeployment } from './errors.ts';

/**
 * Text that a shell reads as exactly one word with the value, whatever characters it has.
 *
 * @throws DeploymentError where the word has characters that cannot be seen: it is printed for people to copy
 */
export function quoteForShell(value: string): string {
  if (messageText(value) !== value) {
    throw invalidDeployment(
      `${escapeLogText(value)} has characters that a terminal does not show as they are. Rename it.`,
    );
  }
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
