import { fileURLToPath } from 'node:url';
import { Child, type ChildOptions } from './child.ts';
import { until } from './poll.ts';

/** The `fcgi` command, built. */
export const fcgi = fileURLToPath(new URL('../../cli/dist/bin/fcgi.js', import.meta.url));

/**
 * Starts `fcgi run`, and waits until it serves.
 *
 * @param args what follows `fcgi run`
 * @param options folder and environment
 * @throws Error with its output, when it ends before
 */
export async function startRunner(args: readonly string[], options: ChildOptions = {}): Promise<Child> {
  const child = new Child(process.execPath, [fcgi, 'run', ...args], options);
  return untilServed(child, args);
}

/**
 * Waits until `fcgi run` serves.
 *
 * @param child the process
 * @param args what follows `fcgi run`, for the error's message
 * @throws Error with its output, when it ends before
 */
export async function untilServed(child: Child, args: readonly string[]): Promise<Child> {
  try {
    await until(
      () => {
        if (!child.isRunning) throw new Error('it has ended');
        return /is served on/.test(child.output) || undefined;
      },
      { what: 'application that is served', timeout: 20_000 },
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`fcgi run ${args.join(' ')}: ${error}\n${child.output}`);
  }
  return child;
}
