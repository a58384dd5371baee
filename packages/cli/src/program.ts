import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { bundleCommand } from './commands/bundle.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { conformanceCommand } from './commands/conformance.ts';
import { decodeCommand } from './commands/decode.ts';
import { devCommand } from './commands/dev.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { pingCommand } from './commands/ping.ts';
import { requestCommand } from './commands/request.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { tapCommand } from './commands/tap.ts';
import { topCommand } from './commands/top.ts';
import { wrapHelp } from './help-text.ts';

const examples = `
Examples:
  fcgi dev app.js                          serves app.js for trying, and reloads it
  fcgi init app.js                         writes what a web server needs to serve it
  fcgi run --listen unix:/run/app.sock app.js
  fcgi doctor /srv/app/app.fcgi            why it does not work

fcgi COMMAND --help explains a command and its options.

Guides: https://github.com/fcgi-js/fcgi-js#documentation
`;

/** All commands with their options and help; what they do is loaded when one of them runs. */
export function createProgram(io: Io): Command {
  const program = withCommands(io)
    .addCommand(completionCommand(() => withCommands(io)))
    .addCommand(
      completeCommand(() => withCommands(io)),
      { hidden: true },
    );
  for (const command of [program, ...program.commands]) configure(command, io);
  return program;
}

/** What can be completed. */
function withCommands(io: Io): Command {
  return (
    new Command('fcgi')
      .description('Runs, asks, watches and diagnoses FastCGI applications, in any language.')
      .version(manifest.version)
      // What follows APP is for the application.
      .enablePositionalOptions()
      .addHelpText('after', examples)
      .commandsGroup('Run an application:')
      .addCommand(devCommand(io))
      .addCommand(runCommand(io))
      .commandsGroup('Put it behind a web server:')
      .addCommand(initCommand(io))
      .addCommand(configCommand(io))
      .addCommand(bundleCommand(io))
      .commandsGroup('Ask a running application:')
      .addCommand(requestCommand(io))
      .addCommand(pingCommand(io))
      .addCommand(statusCommand(io))
      .addCommand(topCommand(io))
      .commandsGroup('Find out what is wrong:')
      .addCommand(doctorCommand(io))
      .addCommand(tapCommand(io))
      .addCommand(decodeCommand(io))
      .addCommand(conformanceCommand(io))
      .commandsGroup('More:')
      .helpCommand(true)
  );
}

/** Nothing ends the process or writes past the streams of `io`. */
function configure(command: Command, io: Io): void {
  const full = command.parent === null ? 'fcgi' : `fcgi ${command.name()}`;
  command
    .showHelpAfterError(`Try: ${full} --help`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(wrapHelp(text, columnsOf(io.stdout, io))),
      // A message in a log stays one line.
      writeErr: (text) =>
        io.stderr.write(io.stderr.columns === undefined ? text : wrapHelp(text, io.stderr.columns)),
      outputError: (text, write) =>
        write(messageText(text).replace(/^error: /, `${colorsOf(io.stderr, io.env).red('fcgi:')} `)),
      getOutHasColors: () => colorsOf(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => colorsOf(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => columnsOf(io.stdout, io),
      getErrHelpWidth: () => columnsOf(io.stderr, io),
    });
}

/** A pipe has no columns; a shell may have exported those of its terminal. */
function columnsOf({ columns }: Io['stdout'], { env }: Io): number {
  return columns ?? (Number(env['COLUMNS']) || 100);
}
