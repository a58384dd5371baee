import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { completeCommand, completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
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
      .addCommand(runCommand(io))
      .addCommand(devCommand(io))
      .addCommand(initCommand(io))
      .addCommand(requestCommand(io))
      .addCommand(pingCommand(io))
      .addCommand(statusCommand(io))
      .addCommand(topCommand(io))
      .addCommand(decodeCommand(io))
      .addCommand(tapCommand(io))
      .addCommand(configCommand(io))
      .addCommand(doctorCommand(io))
  );
}

/** Nothing ends the process or writes past the streams of `io`. */
function configure(command: Command, io: Io): void {
  const full = command.parent === null ? 'fcgi' : `fcgi ${command.name()}`;
  command
    .showHelpAfterError(`Try: ${full} --help`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) =>
        write(messageText(text).replace(/^error: /, `${colorsOf(io.stderr, io.env).red('fcgi:')} `)),
      getOutHasColors: () => colorsOf(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => colorsOf(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
}
