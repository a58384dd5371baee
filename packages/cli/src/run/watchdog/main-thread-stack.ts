import type { Runtime } from 'node:inspector';

/** Of a long stack, the callers of what blocks tell more than the inside of a recursion. */
const FRAMES = 50;

/** As a stack is written for people, with the lines of TypeScript sources where the application has them. */
const EXPRESSION = `(() => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = ${FRAMES};
  try { return String(new Error('blocked').stack); } finally { Error.stackTraceLimit = limit; }
})()`;

/**
 * Where the main thread of this process is, asked from another thread. V8 lets itself be interrupted in a loop and in
 * a regular expression, but not in native code or a system call.
 *
 * @param timeout milliseconds that it may take
 * @returns lines `    at …`; `undefined` where there is no answer
 */
export async function mainThreadStack(timeout: number): Promise<string | undefined> {
  if (!process.features.inspector) return undefined;
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  try {
    return await new Promise<string | undefined>((resolve) => {
      setTimeout(resolve, timeout, undefined);
      session.post('Runtime.evaluate', { expression: EXPRESSION }, (error, answer) =>
        resolve(error === null ? framesOf(answer.result) : undefined),
      );
    });
  } finally {
    session.disconnect();
  }
}

/** Without the message, and without the frame of the question. */
function framesOf({ value }: Runtime.RemoteObject): string | undefined {
  const frames = String(value)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/ <anonymous>:\d+:\d+\)?$/.test(line));
  return frames.length === 0 ? undefined : frames.join('\n');
}
