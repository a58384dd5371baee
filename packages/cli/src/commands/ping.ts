import type { Io } from '@fcgi-js/runner/command';
import { Command } from 'commander';
import { parseAddressArgument, parsePathArgument, timeOption } from '../arguments.ts';
import type { PingRequest } from '../ping/ping.ts';

const examples = `
Examples:
  fcgi ping /run/app.sock
  fcgi ping 127.0.0.1:9000 --timeout 2 && echo up
  fcgi ping unix:/run/php/php-fpm.sock --json
  fcgi ping unix:/run/php/php-fpm.sock --path /ping        its ping.path: a worker answers
  HEALTHCHECK --interval=10s CMD ["fcgi", "ping", "/run/app.sock", "--path", "/health", "--timeout", "3"]

GET_VALUES tells that the process is there and speaks FastCGI (liveness). --path sends a request that a worker has to
answer with a status below 400 (readiness).

Exit status: 0 it answers; 1 it does not, or with a failure; 2 the command line makes no sense.
`;

/** `fcgi ping ADDRESS`: whether an application answers there at all. */
export function pingCommand(io: Io): Command {
  return new Command('ping')
    .summary('tells whether an application accepts connections and answers')
    .description(
      'Asks an application whether it answers, and tells how long that took. Asks GET_VALUES, which runs no code of the application, or with --path a request.',
    )
    .argument(
      '<address>',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .addOption(timeOption('--timeout <time>', 'give up after so long', 5))
    .option('--path <path>', 'send a request for this URL path instead', parsePathArgument)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (address: string, options: PingRequest) => {
      const { ping } = await import('../ping/ping.ts');
      await ping(io, address, options);
    });
}
