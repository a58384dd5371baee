import { FcgiClientError } from '@fcgi-js/client';
import { RemoteProtocolError } from '@fcgi-js/protocol';

/** What the exit status of the command tells (sysexits are not used: 0, 1 and 2 are what everybody tests for). */
export const ExitStatus = {
  /** Everything went well. */
  ok: 0,
  /** The thing asked about failed: no answer, a finding, a broken stream. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** Ctrl-C ended it: 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

/** Ends a command. The message is for the user, in plain words; without one the command has said everything itself. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitStatus: number;

  constructor(message = '', exitStatus: number = ExitStatus.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitStatus = exitStatus;
  }
}

/** A command line that makes no sense. */
export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(message, ExitStatus.usage);
}

/** Whether an error is told by its message; any other is a fault of ours, and needs its stack to be found. */
export function isForeseen(error: unknown): error is CommandFailure | FcgiClientError | RemoteProtocolError {
  return (
    error instanceof CommandFailure ||
    error instanceof FcgiClientError ||
    error instanceof RemoteProtocolError
  );
}
