import diagnostics from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';
import { readProc } from '../../proc.ts';

/** A process, as Linux tells of it. */
interface ProcessRow {
  readonly parent: number;
  readonly pid: number;
  /** The id of the process with which its session has begun. */
  readonly session: number;
}

/**
 * From now on, what the application starts ends with this process: it is sent SIGTERM when this one ends by itself. It could otherwise
 * keep a port, or go on with half a job, which nobody knows of. What has a session of its own (`detached`) is meant to go on.
 *
 * On Linux; elsewhere there is no such list of processes.
 */
export function endDescendantsAtExit(): void {
  const started = () => {
    diagnostics.unsubscribe('child_process', started);
    process.once('exit', endDescendants);
  };
  diagnostics.subscribe('child_process', started);
}

function endDescendants(): void {
  const rows = processes();
  const session = rows.find(({ pid }) => pid === process.pid)?.session;
  for (const { pid } of below(
    process.pid,
    rows.filter((row) => row.session === session),
  )) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has just ended, or belongs to another user.
    }
  }
}

function below(parent: number, rows: readonly ProcessRow[]): ProcessRow[] {
  return rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid, rows)]);
}

function processes(): ProcessRow[] {
  return folders()
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // The name of the program stands in parentheses, and may have any character: state, parent, group, session follow.
      const [, parent, session] = /^.*\) \S (\d+) \d+ (\d+)/s.exec(readProc(`${name}/stat`)) ?? [];
      return session === undefined
        ? []
        : [{ parent: Number(parent), pid: Number(name), session: Number(session) }];
    });
}

function folders(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}
