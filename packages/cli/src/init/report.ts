import { escapeLogText } from '@fcgi-js/client';
import type { Plan, PlannedFile, Step } from '@fcgi-js/init';
import { jsonText, messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';

/** As `chmod` takes it. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** The files themselves, for looking at. */
export function printFiles(io: Io, files: readonly PlannedFile[]): void {
  const colors = colorsOf(io.stdout, io.env);
  for (const { mode, path, text } of files) {
    io.stdout.write(
      `${colors.bold(`==> ${escapeLogText(path)} (${formatMode(mode)})`)}\n${messageText(text)}\n`,
    );
  }
}

/** What is to be done next, file by file, and then for all of them. */
export function printSteps(io: Io, { files, next }: Plan): void {
  const colors = colorsOf(io.stdout, io.env);
  const print = ({ commands, say }: Step) => {
    const lines = commands.map((command) => `    ${colors.cyan(messageText(command))}\n`);
    io.stdout.write(`${messageText(say)}\n${lines.join('')}`);
  };
  for (const file of files) {
    if (file.next.length === 0) continue;
    io.stdout.write(`${colors.bold(escapeLogText(file.path))}\n`);
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
  io.stdout.write(`${jsonText({ written: isWritten, files: listed, next }, 2)}\n`);
}
