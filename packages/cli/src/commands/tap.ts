import type { Io } from '@fcgi-js/runner/command';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddressArgument } from '../arguments.ts';
import type { TapArguments } from '../tap/tap.ts';

const examples = `
Examples:
  fcgi tap /run/tap.sock /run/app.sock                 then point the web server to /run/tap.sock
  fcgi tap /run/tap.sock /run/php/php-fpm.sock --socket-mode 666 --params
  fcgi tap :9001 127.0.0.1:9000 --records
  fcgi tap /run/tap.sock /run/app.sock --save tap.jsonl    and later: fcgi decode tap.jsonl
  fcgi tap /run/tap.sock /run/app.sock --json | jq 'select(.status >= 500)'

What passes is never changed, held back or put together differently; Ctrl-C stops accepting, lets running requests end
for up to five seconds, and a second one ends at once. Each request is one line when it is over:
  TIME  #CONNECTION.ID  METHOD URL  STATUS  BYTES OF THE BODY  UNTIL THE FIRST RECORD OF THE ANSWER / ITS END
Values that let others act in a user's name, such as those of cookies, are hidden; a file of --save has them all.
Of the params of one request, 1 MiB is kept to be shown, and of its STDERR 64 KiB; all of it is passed on.

Exit status: 0 ended by Ctrl-C; 1 it cannot listen, or not all was saved; 2 the command line makes no sense.
`;

const listens = 'unix:/path, /path, tcp:HOST:PORT, HOST:PORT';

/** `fcgi tap LISTEN UPSTREAM`: what passes between a web server and an application. */
export function tapCommand(io: Io): Command {
  return new Command('tap')
    .summary('sits between web server and application, and shows each request')
    .description(
      'Sits between a web server and an application, passes every byte on, and shows each request live.',
    )
    .argument('<listen>', `where the web server connects to: ${listens}`, parseAddressArgument)
    .argument('<upstream>', 'where the application listens', parseAddressArgument)
    .option('--records', 'show every record as it passes')
    .option('--params', 'show the params of each request')
    .option('--heads', 'show the head of each response')
    .option('--show-secrets', 'show the values of Authorization, Cookie and the like')
    .option('--json', 'print a line of JSON for each request, with --records for each record, too')
    .option('--save <file>', 'record all bytes for fcgi decode; the file is for this user only')
    .addOption(
      new Option('--socket-mode <octal>', 'permissions of a Unix socket')
        .default(0o660, '660')
        .argParser(parseMode),
    )
    .addHelpText('after', examples)
    .action(async (listen: string, upstream: string, options: TapArguments) => {
      const { tap } = await import('../tap/tap.ts');
      await tap(io, listen, upstream, options);
    });
}

function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text))
    throw new InvalidArgumentError('It must be three octal digits, for example 660.');
  return Number.parseInt(text, 8);
}
