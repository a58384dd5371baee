import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { countOption, limitOption, parseDuration, parseSize } from '../arguments.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run/run.ts';

const examples = `
APP is a module that exports a listener (req, res), an application of Express, Koa, Fastify, Hono, Nest …, { fetch },
or handlers of FastCGI requests; or a script that calls listen() on an http server, which is then served over FastCGI
instead of opening its port. JavaScript or TypeScript. What follows APP is for APP: options of fcgi come before it.

Without a socket to serve on, an HTTP gateway opens, for trying.

Examples:
  fcgi run app.js
  fcgi run --listen unix:/run/app/app.sock app.js
  fcgi run --listen /run/app/app.sock --workers auto app.js
  fcgi run --listen :9000 --mount /shop server.ts --verbose

Signals: TERM, INT and QUIT let the requests under way end; a second one ends at once. With --workers, HUP loads the
application anew, while the old one goes on until the new one is ready.
`;

/** `fcgi run APP`: the process that serves an application. */
export function runCommand(io: Io): Command {
  return new Command('run')
    .summary('serves an application over FastCGI')
    .description('Runs an application unchanged, and serves it over FastCGI.')
    .argument('<app>', 'its file, or the folder of its package.json')
    .argument('[arguments...]', 'for the application')
    .option(
      '--listen <address>',
      'where to serve: unix:/path, /path, [tcp:]HOST:PORT, :PORT (loopback), fd:N, systemd[:NAME], auto',
      'auto',
    )
    .option('--mount <prefix>', 'the public prefix, where the web server does not tell it')
    .addOption(
      new Option(
        '--allow <address>',
        'who may connect over TCP: an address or network; again for more',
      ).argParser((text, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(
      new Option('--socket-mode <octal>', 'permissions of a Unix socket (default: 660)').argParser(parseMode),
    )
    .option('--socket-owner <user>', 'owner of a Unix socket')
    .option('--socket-group <group>', 'group of a Unix socket')
    .addOption(countOption('--backlog <count>', 'connections that wait to be accepted (default: 511)'))
    .addOption(
      new Option(
        '--workers <count>',
        'serve with so many processes and a parent; auto: one for each core',
      ).argParser(parseWorkers),
    )
    .addOption(countOption('--max-requests <count>', 'replace a worker after so many requests'))
    .addOption(
      new Option('--max-age <time>', 'replace a worker after so long: 90s, 30m, 12h').argParser(
        parseDuration,
      ),
    )
    .addOption(
      new Option('--max-memory <size>', 'replace a worker that takes so much: 300M, 2G').argParser(parseSize),
    )
    .addOption(limitOption('--start-timeout <seconds>', 'the time APP has to export something or listen', 30))
    .addOption(limitOption('--stop-timeout <seconds>', 'the time requests have to end when it stops', 30))
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (app: string, args: string[], options: Omit<RunOptions, 'app' | 'args'>) => {
      const { run } = await import('../run/run.ts');
      await run(io, { ...options, app, args });
    });
}

function parseWorkers(text: string): number {
  if (text === 'auto') return availableParallelism();
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number above 0, or auto.');
  return Number(text);
}

function parseMode(text: string): number {
  if (!/^0?[0-7]{1,3}$/.test(text)) throw new InvalidArgumentError('It must be an octal number such as 660.');
  return Number.parseInt(text, 8);
}
