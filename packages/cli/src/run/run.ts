import { parseListenAddress } from '@fcgi-js/server';
import { findApplication } from '../application/find-application.ts';
import { usageFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { outliveReaders } from '../process-io.ts';
import { isPlainCgi } from './plain-cgi.ts';
import { runAlone } from './run-alone.ts';
import type { ServeOptions } from './serve-application.ts';
import type { RecycleLimits } from './worker/recycling.ts';

/** What {@link run} is asked for. Times are in seconds. */
export interface RunOptions extends ServeOptions, RecycleLimits {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
  readonly startTimeout: number;
  readonly stopTimeout: number;
  /** How many processes serve, with a parent; without it this process does, and there is none. */
  readonly workers?: number;
}

/** Serves an application until it is told to stop. */
export async function run(io: Io, options: RunOptions): Promise<void> {
  const file = findApplication(options.app, io.cwd);
  checkAddress(options.listen);
  const { maxAge, maxMemory, maxRequests, workers } = options;
  if (workers === undefined && (maxAge ?? maxMemory ?? maxRequests) !== undefined) {
    throw usageFailure('--max-age, --max-memory and --max-requests replace workers: they need --workers.');
  }
  outliveReaders();
  if (workers === undefined || isPlainCgi()) return runAlone(io, file, options);
  const { runPool } = await import('./pool/run-pool.ts');
  return runPool(io, file, workers, options);
}

function checkAddress(address: string): void {
  try {
    parseListenAddress(address);
  } catch (error) {
    throw usageFailure((error as Error).message);
  }
}
