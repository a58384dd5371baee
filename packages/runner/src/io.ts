import type { Readable, Writable } from 'node:stream';
import picocolors from 'picocolors';

/** The colours of one stream: functions that leave the text alone where there are none. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** A stream that may be a terminal. */
export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** Where keys come from, if it is a terminal. */
export type Input = Readable & {
  readonly isTTY?: boolean;
  /** Whether keys come one by one, and are not echoed; a terminal has it. */
  setRawMode?(mode: boolean): unknown;
};

/** What a command sees of its process, so that tests can run it in theirs. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly stdout: Output;
  /** Aborted by Ctrl-C and SIGTERM. From the first look at it on, these no longer end the process by themselves. */
  readonly interrupted: AbortSignal;
}

/** Colours on a terminal, unless NO_COLOR is set; FORCE_COLOR wants them everywhere. */
export function colorsOf(stream: Output, env: Io['env']): Colors {
  const isForced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const isDumb = env['TERM'] === 'dumb';
  const wanted = isForced || (stream.isTTY === true && !isDumb);
  return picocolors.createColors(wanted && (env['NO_COLOR'] ?? '') === '');
}
