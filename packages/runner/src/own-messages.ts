import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from './io.ts';

/**
 * Writes messages of the command itself, each a line with its name in front. What a message names, a path or an argument, cannot
 * move the cursor or hide itself.
 *
 * @param color of the name: cyan for progress, red for a failure
 * @param output what takes the lines instead of the error output of `io`
 */
export function ownMessages(
  { env, stderr }: Pick<Io, 'env' | 'stderr'>,
  color: 'cyan' | 'red',
  output: { write(line: string): unknown } = stderr,
): (message: string) => void {
  const name = colorsOf(stderr, env)[color]('fcgi:');
  return (message) => {
    output.write(`${name} ${messageText(message)}\n`);
  };
}
