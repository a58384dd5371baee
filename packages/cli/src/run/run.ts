import { availableParallelism } from 'node:os';
import { findApplication } from '../application/find-application.ts';
import { usageFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { outliveReaders } from '../process-io.ts';
import type { RunOptionValues } from './options.ts';
import { isPlainCgi } from './plain-cgi.ts';
import { runAlone } from './run-alone.ts';

/** What {@link run} is asked for. */
export interface RunOptions extends RunOptionValues {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
}

/** Serves an application until it is told to stop. */
export async function run(io: Io, options: RunOptions): Promise<void> {
  const file = findApplication(options.app, io.cwd);
  const { maxAge, maxMemory, maxRequests, workers } = options;
  if (workers === undefined && (maxAge ?? maxMemory ?? maxRequests) !== undefined) {
    throw usageFailure('--max-age, --max-memory and --max-requests replace workers: they need --workers.');
  }
  outliveReaders();
  if (workers === undefined || isPlainCgi()) return runAlone(io, file, options);
  const { runPool } = await import('./pool/run-pool.ts');
  return runPool(io, file, workers === 'auto' ? availableParallelism() : workers, options);
}
