import type { Io } from '@fcgi-js/runner/command';
import type { Command } from 'commander';

/**
 * Says it when what follows APP looks like an option of the command: it goes to the application, without a word
 * otherwise.
 *
 * @param args what follows APP on the command line
 */
export function hintAtMisplacedOptions(
  { stderr }: Io,
  command: Command,
  app: string,
  args: readonly string[],
): void {
  const end = args.indexOf('--');
  const words = end === -1 ? args : args.slice(0, end);
  const own = new Set(command.options.map(({ long }) => long));
  const found = words.map((word) => word.replace(/=.*/, '')).filter((word) => own.has(word));
  if (found.length === 0) return;
  const name = command.name();
  stderr.write(
    `fcgi: ${found.join(', ')} behind APP goes to the application, and does nothing for fcgi ${name}. Options of fcgi ${name} come before APP: fcgi ${name} ${words.join(' ')} ${app}\n`,
  );
}
