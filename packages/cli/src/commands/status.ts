import type { Io } from '@fcgi-js/runner/command';
import { Command } from 'commander';
import { parseAddressArgument, parsePathArgument, timeOption } from '../arguments.ts';
import type { StatusOptions } from '../status/status.ts';

const examples = `
Examples:
  fcgi status unix:/run/php/php-fpm.sock
  fcgi status 127.0.0.1:9000 --path /php-status --full
  fcgi status /run/app.sock --watch
  fcgi status /run/app.sock --json | jq '."active processes"'

php-fpm needs pm.status_path = /status in its pool, fcgi run --status-path /status.
With --watch a request that fails prints why, and the next one follows; the first one must not fail.

Exit status: 0 there is a status; 1 there is none; 2 the command line makes no sense.
`;

/** `fcgi status ADDRESS`: the status page of php-fpm or of `fcgi run`, for people. */
export function statusCommand(io: Io): Command {
  return new Command('status')
    .summary('shows what a process manager says about its workers')
    .description(
      'Shows the status page of php-fpm, of fcgi run, or of another runner that has one in the same JSON.',
    )
    .argument(
      '<address>',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .option('--path <path>', 'URL path of the status page', parsePathArgument, '/status')
    .option('--full', 'show each process, too')
    .option('--json', 'print the JSON as it is')
    .option('--watch', 'show it again and again, until Ctrl-C')
    .option('--show-secrets', 'show tokens and the like in the URLs of requests')
    .addOption(timeOption('--interval <time>', 'time between two looks with --watch', 2))
    .addOption(timeOption('--timeout <time>', 'give up after so long', 5))
    .addHelpText('after', examples)
    .action(async (address: string, options: StatusOptions) => {
      const { status } = await import('../status/status.ts');
      await status(io, address, options);
    });
}
