import { type ChildProcess, spawn } from 'node:child_process';

/** A program that this one started, and that must not outlive it. */
export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has printed so far, stdout and stderr together. */
  output(): string;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Ends it with SIGTERM, after ten seconds with SIGKILL, and waits until it has gone. */
  stop(): Promise<void>;
}

/** Writing a CPU profile takes its time. */
const STOP_TIMEOUT = 10_000;
const running = new Set<ChildProcess>();
let isFirst = true;

/**
 * Starts a program without input.
 *
 * @param command program and arguments
 * @param options `ipc`: with a channel for messages of Node
 * @throws Error where there is no such program
 */
export async function startProgram(
  command: readonly string[],
  options: { ipc?: boolean } = {},
): Promise<Program> {
  const [file = '', ...args] = command;
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'pipe', 'pipe'];
  if (options.ipc === true) stdio.push('ipc');
  const child = spawn(file, args, { stdio });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  if (isFirst) process.once('exit', killAll);
  isFirst = false;
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return {
    process: child,
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    stop: async () => {
      child.kill();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
      await ended;
      clearTimeout(timer);
    },
  };
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
