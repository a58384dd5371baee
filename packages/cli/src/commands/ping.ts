import { Command } from 'commander';
import { limitOption, parseAddressArgument } from '../arguments.ts';
import type { Io } from '../io.ts';

interface PingOptions {
  readonly json?: true;
  readonly timeout: number;
}

const examples = `
Examples:
  fcgi ping /run/app.sock
  fcgi ping 127.0.0.1:9000 --timeout 2 && echo up
  fcgi ping unix:/run/php/php-fpm.sock --json
`;

/** `fcgi ping ADDRESS`: whether an application answers there at all. */
export function pingCommand(io: Io): Command {
  return new Command('ping')
    .summary('whether an application accepts connections and answers')
    .description(
      'Connects, asks FCGI_GET_VALUES, and tells how long each took. Runs no code of the application.',
    )
    .argument(
      '<address>',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .addOption(limitOption('--timeout <seconds>', 'give up after so long', 5))
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (address: string, options: PingOptions) => {
      const { ping } = await import('../ping/ping.ts');
      await ping(io, address, options);
    });
}
