import type { Io } from '@fcgi-js/runner/command';
import { Command } from 'commander';
import { parseAddressArgument, parsePathArgument, timeOption } from '../arguments.ts';
import type { TopOptions } from '../top/top.ts';

const examples = `
Examples:
  fcgi top /run/app.sock
  fcgi top unix:/run/php/php-fpm.sock --path /php-status --interval 5
  fcgi top 127.0.0.1:9000 --once

Keys: q quit; sort by r requests, m memory, c event loop, p pid.
Where stdout is no terminal, a table is printed for each interval. The looks are requests, too, and counted as such.

Exit status: 0 until q or Ctrl-C; 1 there is no status; 2 the command line makes no sense.
`;

/** `fcgi top ADDRESS`: the workers of php-fpm or of `fcgi run`, live. */
export function topCommand(io: Io): Command {
  return new Command('top')
    .summary('shows live what the workers of a process manager do')
    .description(
      'Shows the workers of fcgi run or php-fpm, and what they do a second, from their status page.',
    )
    .argument(
      '<address>',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .option('--path <path>', 'URL path of the status page', parsePathArgument, '/status')
    .option('--once', 'print one table after one interval, and end')
    .option('--show-secrets', 'show tokens and the like in the URLs of requests')
    .addOption(timeOption('--interval <time>', 'time between two looks', 2))
    .addOption(timeOption('--timeout <time>', 'give up after so long', 5))
    .addHelpText('after', examples)
    .action(async (address: string, options: TopOptions) => {
      const { top } = await import('../top/top.ts');
      await top(io, address, options);
    });
}
