import { stripVTControlCharacters } from 'node:util';
import { linesOfSource } from './project-source.ts';
import { placesIn } from './stack-places.ts';

/** Lines of a source, around the one that failed. */
export interface FailurePlace {
  /** From 1 on; `undefined` where only the line is known. */
  readonly column: number | undefined;
  readonly file: string;
  readonly line: number;
  readonly lines: ReadonlyArray<readonly [number: number, text: string]>;
}

/** What went wrong in an application, as a developer wants to read it. */
export interface Failure {
  /** What the application itself has answered, where it has. */
  readonly answer?: string;
  /** What it means for the request. */
  readonly heading: string;
  /** The line that names the error, where there is one. */
  readonly message: string | undefined;
  readonly place: FailurePlace | undefined;
  /** What the application, or Node, wrote about it: the stack. */
  readonly text: string;
}

/** `Error: no database`, `TypeError [ERR_X]: …`, `Uncaught SyntaxError: …`. */
const MESSAGE = /^(?:Uncaught )?([\w$.]{1,80})(?: \[\w{1,60}\])?: /;
/** The same behind what a logger puts in front of it. */
const LOGGED_MESSAGE = /\s[\w$.]{0,80}(?:Error|Exception)(?: \[\w{1,60}\])?: /;

/**
 * Makes a failure of what was written about it.
 *
 * @param text a stack, or the error output of a process that has ended
 * @param project the folder whose sources may be shown
 */
export async function describeFailure(heading: string, text: string, project: string): Promise<Failure> {
  const plain = lastReport(stripVTControlCharacters(text).trimEnd());
  const lines = plain.split('\n');
  const message = lines.map(messageIn).find((one) => one !== undefined) ?? loggedMessage(lines);
  return { heading, message, place: await findPlace(plain, project), text: plain };
}

/** Koa indents it. */
function messageIn(line: string): string | undefined {
  const text = line.trimStart();
  return /(?:Error|Exception)$|^Thrown$/.test(MESSAGE.exec(text)?.[1] ?? '') ? text : undefined;
}

/** The message in the line above a stack. */
function loggedMessage(lines: readonly string[]): string | undefined {
  const first = lines.findIndex((line) => /^\s{1,20}at \S/.test(line));
  const line = lines[first - 1] ?? '';
  const start = line.search(LOGGED_MESSAGE);
  return start === -1 ? undefined : line.slice(start + 1);
}

/** What Node writes when an error ends the process stands at the end, with what was written before above it. */
function lastReport(text: string): string {
  const end = text.lastIndexOf('\nNode.js v');
  if (end === -1 || text.includes('\n', end + 1)) return text;
  const lines = text.slice(0, end).trimEnd().split('\n');
  const start = lines.findLastIndex(
    (line) => /^(?:file:\/\/\/|\/|node:)/.test(line) && /:\d{1,9}$/.test(line),
  );
  return lines.slice(Math.max(start, 0)).join('\n');
}

/** The first place that is the application's own. */
async function findPlace(text: string, project: string): Promise<FailurePlace | undefined> {
  for (const { column, file, line } of placesIn(text)) {
    const lines = await linesOfSource(file, line, project);
    if (lines !== undefined) return { column, file, line, lines };
  }
  return undefined;
}
