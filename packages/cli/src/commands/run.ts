import type { Io } from '@fcgi-js/runner/command';
import { Command, Option } from 'commander';
import { hintAtMisplacedOptions } from '../misplaced-options.ts';
import { refusedGateway } from '../run/refused-gateway.ts';
import { flags } from '../run/run-flags.ts';

const examples = `
APP is a script that calls listen() on an http server, which is then served over FastCGI instead of opening its port; of
several, --port names the one. Or it is a module that exports a listener (req, res), an application of Express, Koa,
Fastify, Hono, Nest …, { fetch }, or handlers of FastCGI requests. JavaScript or TypeScript. What follows APP is for APP: options of fcgi come before it.

Without a socket to serve on, an HTTP gateway opens, for trying; not where a web server or init has started the process,
or a check that imitates one: without a terminal, by env -i.

A file fcgi.config.js, .ts or .json, in the working directory or beside APP, may have the same options in camelCase,
and APP as "app". Command-line options override the file one by one.

In the folder of a project, its start script, or the build of Next.js, Nuxt, SvelteKit, Astro, React Router, Nest and others, says
what is run, and for which prefix.

Examples:
  fcgi run
  fcgi run app.js
  fcgi run --listen unix:/run/app.sock app.js
  fcgi run --listen /run/app.sock --workers auto app.js
  fcgi run --listen :9000 --mount /shop server.ts --verbose
  fcgi run --listen /run/app.sock --workers 4 --print-config app.js > fcgi.config.json
  fcgi run --config '/etc/fcgi/*.json' --status-listen http://127.0.0.1:9090 --pid-file /run/fcgi.pid

Several applications have one parent with a --config that is given again or has *, or with "apps" in the file: a list of their
options, or of the paths of their files. Each has its own socket, workers, user, environment, limits and logs; --pid-file,
--status-listen and --umask are for all. One that does not start is tried again while the others serve.

Signals: TERM, INT and QUIT let the requests under way end; a second one ends at once. With --workers, HUP loads the
application anew, while the old one goes on until the new one is ready; USR2 does so with the whole command. USR1 goes
on in new log files. HUP to a worker loads its application alone anew.

Exit status: 0 ended by a signal, after its requests; 1 the application cannot be loaded, or a second signal cut requests
off; 2 the command line makes no sense. Without --workers, an application that ends by itself chooses its own.
`;

/** What this command has beside the options of the list. */
interface OwnFlags {
  readonly config: readonly string[];
  readonly printConfig?: true;
}

/** `fcgi run APP`: the process that serves an application. */
export function runCommand(io: Io): Command {
  const command = new Command('run')
    .summary('serves an application over FastCGI')
    .description('Runs an application unchanged, and serves it over FastCGI.')
    .argument('[app]', 'its file, or the folder of its project (default: this folder)')
    .argument('[arguments...]', 'for the application');
  for (const flag of flags(io.cwd)) command.addOption(flag);
  return command
    .addOption(
      new Option(
        '--config <file>',
        'the configuration file (default: fcgi.config.* here or beside APP); again, or with *, for several applications',
      )
        .argParser((file, files: readonly string[]) => [...files, file])
        .default([], 'fcgi.config.* here or beside APP'),
    )
    .option(
      '--print-config',
      'print the options that count, as a configuration file, and where they come from',
    )
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (app: string | undefined, args: string[], { config, printConfig, ...given }: OwnFlags) => {
      if (app !== undefined) hintAtMisplacedOptions(io, command, app, args);
      const { printSettings, readSettings } = await import('@fcgi-js/runner/options');
      const settings = await readSettings(io, { app, args, config, flags: given });
      if (printConfig) return printSettings(io, settings);
      // All of it now: later this process may be a user who cannot read where this is installed.
      const [{ runProcess }, { accessWarning, startedBy }, { openTrialGateway }] = await Promise.all([
        import('@fcgi-js/runner/process'),
        import('@fcgi-js/doctor/system'),
        import('@fcgi-js/dev/trial'),
      ]);
      const starter = startedBy(io);
      const openGateway = starter === undefined ? openTrialGateway : refusedGateway(starter);
      await runProcess(io, settings, { accessWarning, openGateway });
    });
}
