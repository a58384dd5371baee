import type { Io } from '@fcgi-js/runner/command';
import { applicationPort } from '@fcgi-js/runner/options';
import { Command, InvalidArgumentError, Option } from 'commander';
import { timeOption } from '../arguments.ts';
import type { DevArguments } from '../dev/dev.ts';
import { hintAtMisplacedOptions } from '../misplaced-options.ts';

const examples = `
APP is what fcgi run takes. It runs in a process of its own, which is replaced when a source of it changes: JavaScript,
TypeScript, JSON and .env files of its project, without node_modules, what git ignores by custom (dist, build, coverage,
names that begin with a dot), and what --ignore names. NODE_ENV is development, unless it is set.

A browser shows what went wrong, with the stack, and comes back by itself when that is fixed. Recent requests, with their
params and records, are at /__fcgi. Both are for the browser in which you open the URL with the key that is printed;
values that let others act in a user's name, such as those of cookies, are hidden unless --show-secrets is given.

Examples:
  fcgi dev app.js
  fcgi dev --port 8080 --watch ../shared --ignore data.json server.ts --verbose

Ctrl-C ends it all, with requests under way after a second.

Exit status: 0 ended by Ctrl-C; 1 it cannot listen; 2 the command line makes no sense.
`;

const LARGEST_PORT = 65_535;

/** `fcgi dev APP`: an application under development. */
export function devCommand(io: Io): Command {
  const command = new Command('dev');
  return command
    .summary('serves an application over HTTP while you write it, and reloads it')
    .description(
      'Serves an application with an HTTP gateway in front of it, reloads it when it changes, and shows its errors.',
    )
    .argument('<app>', 'its file, or the folder of its package.json')
    .argument('[arguments...]', 'for the application')
    .addOption(
      new Option('--port <port>', 'where to listen (default: 3000, or another if that is taken)').argParser(
        parsePort,
      ),
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(
      listOption(
        '--allow-host <name>',
        'a host name to answer to, beside localhost and addresses of its own (repeatable)',
      ),
    )
    .addOption(
      new Option(
        '--app-port <port>',
        'which server of APP is served: the one that asks for this port; none: what APP exports, at once',
      ).argParser((text) => applicationPort.fromText(text, io.cwd)),
    )
    .option('--mount <prefix>', 'the public prefix of the application')
    .addOption(listOption('--watch <path>', 'a file or folder that counts, too (repeatable)'))
    .addOption(listOption('--ignore <path>', 'a file or folder that does not count (repeatable)'))
    .addOption(timeOption('--start-timeout <time>', 'the time APP has to export something or listen', 30))
    .option('--show-secrets', 'show the values of Authorization, Cookie and the like in recent requests')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (app: string, args: string[], options: Omit<DevArguments, 'app' | 'args'>) => {
      hintAtMisplacedOptions(io, command, app, args);
      const { dev } = await import('../dev/dev.ts');
      await dev(io, { ...options, app, args });
    });
}

function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((word, before: readonly string[] = []) => [
    ...before,
    word,
  ]);
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > LARGEST_PORT) {
    throw new InvalidArgumentError(`It must be a number up to ${LARGEST_PORT}.`);
  }
  return Number(text);
}
