import type { Runtime } from 'node:inspector';

/** Of a long stack, the callers of what blocks tell more than the inside of a recursion. */
const FRAMES = 50;
/** Milliseconds that the main thread has to end by itself. */
const EXIT_TIMEOUT = 1_000;

/** As a stack is written for people, with the lines of TypeScript sources where the application has them. */
const STACK = `(() => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = ${FRAMES};
  try { return String(new Error('blocked').stack); } finally { Error.stackTraceLimit = limit; }
})()`;

/**
 * Has the main thread of this process evaluate something, from another thread. V8 lets itself be interrupted in a loop and in
 * a regular expression, but not in native code or a system call.
 *
 * @param timeout milliseconds that it may take
 * @returns `undefined` where there is no answer
 */
async function inMainThread(expression: string, timeout: number): Promise<Runtime.RemoteObject | undefined> {
  if (!process.features.inspector) return undefined;
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  try {
    return await new Promise<Runtime.RemoteObject | undefined>((resolve) => {
      setTimeout(resolve, timeout, undefined);
      session.post('Runtime.evaluate', { expression }, (error, answer) =>
        resolve(error === null ? answer.result : undefined),
      );
    });
  } finally {
    session.disconnect();
  }
}

/**
 * Where the main thread is.
 *
 * @param timeout milliseconds that it may take
 * @returns lines `    at …`; `undefined` where there is no answer
 */
export async function mainThreadStack(timeout: number): Promise<string | undefined> {
  const stack = await inMainThread(STACK, timeout);
  if (stack === undefined) return undefined;
  // Without the message, and without the frame of the question.
  const frames = String(stack.value)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/ <anonymous>:\d+:\d+\)?$/.test(line));
  return frames.length === 0 ? undefined : frames.join('\n');
}

/** Ends this process: with a failure where the main thread can be interrupted, and by SIGKILL where it cannot. */
export async function exitMainThread(): Promise<void> {
  await inMainThread('process.exit(1)', EXIT_TIMEOUT);
  process.kill(process.pid, 'SIGKILL');
}
