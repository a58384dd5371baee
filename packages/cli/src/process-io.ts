import type { Io } from './io.ts';

/**
 * The process itself, for {@link main}.
 *
 * @returns its streams, environment and folder
 */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  let interrupted: AbortSignal | undefined;
  return {
    cwd: process.cwd(),
    env: process.env,
    stderr: process.stderr,
    stdin: process.stdin,
    stdout: process.stdout,
    get interrupted() {
      interrupted ??= interruption();
      return interrupted;
    },
  };
}

/** Whoever read the output has gone, as in `fcgi decode … | head`: nobody is left to work for. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** A server outlives whoever reads its log: from now on, what nobody reads is lost, and nothing else. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', endWithReader);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(signal));
  return controller.signal;
}

/**
 * Ends the process. What was written to a pipe arrives first; then nothing that an application has left open, a
 * timer or a connection to its database, keeps the process.
 *
 * @param status the exit status; 0 leaves the one that the application may have set
 */
export async function endProcess(status: number): Promise<never> {
  const written = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
  );
  await Promise.all(written);
  process.exit(status === 0 ? process.exitCode : status);
}
