import { fork } from 'node:child_process';
import { once } from 'node:events';
import { howItEnded } from '../process/start-process.ts';
import { programFile } from '../programs.ts';

/** What became of a configuration file in TypeScript. */
export type ReadConfig =
  /** What it exports, and the variables that it has set. */
  | { readonly environment: Readonly<Record<string, string | undefined>>; readonly exported: unknown }
  | { readonly error: string };

/**
 * Runs a configuration file in TypeScript in a process of its own. tsx starts a compiler that goes on for as long as its
 * process: of root, it would be left to an application that is another user, and would obey that user.
 *
 * @returns what it exports by default
 * @throws Error where it cannot be run
 */
export async function readTypeScript(file: string): Promise<unknown> {
  const child = fork(programFile('read-config'), [file], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(([status, signal]) => howItEnded(status, signal));
  const read = await Promise.race([
    once(child, 'message').then(([message]) => message as ReadConfig),
    exited.then((how) => ({ error: `the process that runs it has ended: ${how}` })),
  ]);
  child.kill();
  await exited;
  if ('error' in read) throw new Error(read.error);
  Object.assign(process.env, read.environment);
  return read.exported;
}
