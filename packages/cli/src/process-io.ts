import type { Io } from './io.ts';

/**
 * The process itself, for {@link main}.
 *
 * @returns its streams, environment and folder
 */
export function processIo(): Io {
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

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(signal));
  return controller.signal;
}
