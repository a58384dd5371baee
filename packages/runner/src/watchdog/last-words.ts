import { writeSync } from 'node:fs';

const STDERR = 2;

/** Says why a process is ended, and where its main thread was. A reader of the error output that has stopped does not keep it alive. */
export function lastWords(reason: string, stack: string | undefined): void {
  const where =
    stack === undefined
      ? 'Where is not to be had: it is in native code or a system call, such as that of execSync()'
      : `It is here:\n${stack}`;
  try {
    writeSync(STDERR, `fcgi: ${reason}: process ${process.pid} is ended. ${where}\n`);
  } catch {
    // Full, gone or closed: there is nowhere else to say it, and the process is to end all the same.
  }
}
