import { type DevOptions, startDev } from '@fcgi-js/dev';
import { colorsOf, type Io, outliveReaders, ownMessages } from '@fcgi-js/runner/command';
import { watchStopSignals } from '@fcgi-js/runner/process';
import { CommandFailure } from '../command-failure.ts';
import { printEvent } from './print-event.ts';

/** What the command line says. */
export type DevArguments = Omit<DevOptions, 'cwd' | 'env' | 'onEvent' | 'onOutput'>;

/** Serves an application while it is developed, until Ctrl-C. @throws DevError or RunnerError where it cannot */
export async function dev(io: Io, options: DevArguments): Promise<void> {
  outliveReaders();
  const signals = watchStopSignals();
  const say = ownMessages(io, 'cyan');
  const development = await startDev({
    ...options,
    cwd: io.cwd,
    env: environment(io),
    onEvent: (event) => printEvent(io, event, say),
    onOutput: (chunk, stream) => io[stream].write(chunk),
  });
  say(`Changes below ${development.project} load it again. Ctrl-C ends.`);
  await signals.first;
  const ended = development.close();
  const again = await Promise.race([ended.then(() => undefined), signals.second]);
  if (again === undefined) return;
  development.kill();
  await ended;
  throw new CommandFailure(`${again}: ended at once, with what was under way`);
}

function environment({ env, stderr, stdout }: Io): NodeJS.ProcessEnv {
  const isColored = [stderr, stdout].every(
    (stream) => stream.isTTY && colorsOf(stream, env).isColorSupported,
  );
  // What it writes passes through here, so it sees no terminal.
  return { ...(isColored ? { FORCE_COLOR: '1' } : {}), ...env };
}
