import { parseListenAddress } from '@fcgi-js/server';
import { findApplication } from '../application/find-application.ts';
import { usageFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { runAlone } from './run-alone.ts';
import type { ServeOptions } from './serve-application.ts';

/** What {@link run} is asked for. Times are in seconds. */
export interface RunOptions extends ServeOptions {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
  readonly startTimeout: number;
  readonly stopTimeout: number;
}

/** Serves an application until it is told to stop. */
export async function run(io: Io, options: RunOptions): Promise<void> {
  const file = findApplication(options.app, io.cwd);
  checkAddress(options.listen);
  await runAlone(io, file, options);
}

function checkAddress(address: string): void {
  try {
    parseListenAddress(address);
  } catch (error) {
    throw usageFailure((error as Error).message);
  }
}
