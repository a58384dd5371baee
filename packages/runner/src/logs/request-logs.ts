import type { LogSink } from './log-file.ts';
import type { LogTargets } from './prepare-log-files.ts';

/** What is logged of requests, and where. */
export interface RequestLogOptions extends Omit<LogTargets, 'output'> {
  readonly accessLogFormat: string;
  /** That of the application, where several may write to the same output. */
  readonly name?: string;
  /** Seconds. */
  readonly slowTime: number;
}

/** Where a process that serves has its logs. */
export interface LogOutputs {
  readonly report: (message: string) => void;
  readonly stderr: LogSink;
  readonly stdout: LogSink;
  /** Whose files its logs may be, see {@link LogFile}. */
  readonly user?: number | undefined;
  /** Its number, if it is a worker. */
  readonly worker?: number;
}
