import { isFcgiError } from '@fcgi-js/client';

/** What the exit status of the command means. Sysexits are not used: scripts test for 0, 1 and 2. */
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

/** What people can make wrong or break, and its message explains; any other error is a bug, and needs its stack to be found. */
export type ForeseenError = CommandFailure | (Error & { readonly code: `FCGI_${string}` });

/** Whether an error has a message for people. */
export function isForeseen(error: unknown): error is ForeseenError {
  return error instanceof CommandFailure || isFcgiError(error);
}

/** Codes of what is wrong with the command line. */
const USAGE: ReadonlySet<string> = new Set([
  'FCGI_APPLICATION_MISSING',
  'FCGI_BUILD_MISSING',
  'FCGI_BUNDLE_INVALID',
  'FCGI_DEPLOYMENT_INVALID',
  'FCGI_MANIFEST_UNREADABLE',
  'FCGI_OPTION_INVALID',
  'FCGI_REQUEST_INVALID',
]);

/** The exit status with which a command ends because of an error. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitStatus;
  return isFcgiError(error) && USAGE.has(error.code) ? ExitStatus.usage : ExitStatus.failed;
}
