import { colorsOf, type Io } from '../io.ts';
import type { Step } from './next-steps.ts';
import type { Plan, PlannedFile } from './plan.ts';

/** As `chmod` takes it. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** The files themselves, for looking at. */
export function printFiles(io: Io, files: readonly PlannedFile[]): void {
  const colors = colorsOf(io.stdout, io.env);
  for (const { mode, path, text } of files) {
    io.stdout.write(`${colors.bold(`==> ${path} (${formatMode(mode)})`)}\n${text}\n`);
  }
}

/** What is to be done next, file by file, and then for all of them. */
export function printSteps(io: Io, { files, next }: Plan): void {
  const colors = colorsOf(io.stdout, io.env);
  const print = ({ commands, say }: Step) => {
    const lines = commands.map((command) => `    ${colors.cyan(command)}\n`);
    io.stdout.write(`${say}\n${lines.join('')}`);
  };
  for (const file of files) {
    if (file.next.length === 0) continue;
    io.stdout.write(`${colors.bold(file.path)}\n`);
    file.next.forEach(print);
    io.stdout.write('\n');
  }
  next.forEach(print);
}

/** For programs. The texts of files are in it only where these are not written. */
export function printJson(io: Io, { files, next }: Plan, isWritten: boolean): void {
  const listed = files.map(({ mode, text, ...file }) => ({
    ...file,
    mode: formatMode(mode),
    ...(isWritten ? {} : { text }),
  }));
  io.stdout.write(`${JSON.stringify({ written: isWritten, files: listed, next }, undefined, 2)}\n`);
}
