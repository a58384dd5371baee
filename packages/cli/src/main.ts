import { hintFor, pathParams } from '@fcgi-js/inspector/request';
import type { Io } from '@fcgi-js/runner/command';
import { ownMessages } from '@fcgi-js/runner/command';
import { CommanderError } from 'commander';
import { ExitStatus, exitStatusOf, isForeseen } from './command-failure.ts';
import { exhaustedLimit } from './exhausted-limit.ts';
import { createProgram } from './program.ts';

/**
 * The `fcgi` command.
 *
 * @param argv what follows `fcgi` on the command line
 * @param io the streams, environment and folder to work with
 * @returns the exit status: 0 fine, 1 the thing asked about failed, 2 the command line makes no sense,
 *   130 interrupted
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv, { from: 'user' });
    return ExitStatus.ok;
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.ok : ExitStatus.usage;
    if (isInterruption(error, io.interrupted)) return ExitStatus.interrupted;
    const message = describe(error);
    if (message !== '') ownMessages(io, 'red')(message);
    return exitStatusOf(error);
  }
}

/** A response that has begun fails with an error of the client, whose cause is the interruption. */
function isInterruption(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}

/** The message, with what is most likely to be done about it. */
function describe(error: unknown): string {
  if (isForeseen(error)) return [error.message, hintFor(error, pathParams('/')) ?? []].flat().join('\n');
  const limit = exhaustedLimit(error);
  if (limit !== undefined) return limit;
  return `This should not have happened; please report it.\n${error instanceof Error ? error.stack : error}`;
}
