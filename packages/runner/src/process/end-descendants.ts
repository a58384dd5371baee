import type { ChildProcess } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readProc } from '@fcgi-js/inspector/system';

/** A process, as Linux tells of it. */
interface ProcessRow {
  readonly parent: number;
  readonly pid: number;
  /** The id of the process with which its session has begun. */
  readonly session: number;
}

/** Milliseconds that they have to end. */
const PATIENCE = 1_000;

/** What the application has started, and what runs of it. */
const children = new Set<ChildProcess>();

/**
 * From now on, what the application starts ends with this process: it is sent SIGTERM when this one ends by itself. It could otherwise
 * keep a port, or go on with work that no process waits for. What has a session of its own (`detached`) is meant to go on.
 *
 * On Linux; elsewhere there is no such list of processes.
 */
export function endDescendantsAtExit(): void {
  let phase: 'none' | 'some' = 'none';
  diagnostics.subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    children.add(child);
    child.once('exit', () => children.delete(child));
    if (phase === 'none') process.once('exit', signalDescendants);
    phase = 'some';
  });
}

/**
 * Ends what the application has started, and waits up to a second for it: a process whose parent ends first stays as a zombie in a
 * container without an init.
 */
export async function endDescendants(): Promise<void> {
  if (children.size === 0) return;
  const signalled = new Set(signalDescendants());
  const ended = [...children]
    .filter(({ pid }) => pid !== undefined && signalled.has(pid))
    .map((child) => once(child, 'exit'));
  if (ended.length > 0) await Promise.race([Promise.allSettled(ended), delay(PATIENCE)]);
}

function signalDescendants(): number[] {
  const rows = processes();
  const session = rows.find(({ pid }) => pid === process.pid)?.session;
  const own = rows.filter((row) => row.session === session);
  const descendants = below(process.pid, own).map(({ pid }) => pid);
  for (const pid of descendants) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has just ended, or belongs to another user.
    }
  }
  return descendants;
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
