import type { Io } from './io.ts';
import { endDescendants } from './process/end-descendants.ts';

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

/** The reader of the output has gone, as in `fcgi decode … | head`: there is nothing left to do. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/**
 * A server outlives the reader of its log, the terminal that it was started in, and a full disk: from now on, what cannot be
 * written is lost, and nothing else.
 */
export function outliveReaders(): void {
  const outputs = [
    { name: 'stdout', other: process.stderr, stream: process.stdout },
    { name: 'stderr', other: process.stdout, stream: process.stderr },
  ] as const;
  for (const { name, other, stream } of outputs) {
    stream.off('error', endWithReader);
    let isKnown = false;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (isKnown || error.code === 'EPIPE') return;
      isKnown = true;
      other.write(`fcgi: ${name} cannot be written, and what is printed there is lost: ${error.message}\n`);
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
  // The application may end this process when one of its own has ended, which is no success.
  if (status !== 0) {
    process.once('exit', () => {
      process.exitCode = status;
    });
  }
  await endDescendants();
  process.exit(status === 0 ? process.exitCode : status);
}
