import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

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
  /** What it means for the request. */
  readonly heading: string;
  /** The line that names the error, where there is one. */
  readonly message: string | undefined;
  readonly place: FailurePlace | undefined;
  /** What the application, or Node, wrote about it: the stack. */
  readonly text: string;
}

/** Lines shown above and below the one that failed. */
const AROUND = 5;
/** Characters of a line that are shown: what was made by a bundler may be one line. */
const LONGEST_LINE = 300;
/** `Error: no database`, `TypeError [ERR_X]: …`, `Uncaught SyntaxError: …`. */
const MESSAGE = /^(?:Uncaught )?(?:[\w$.]*(?:Error|Exception)|Thrown)(?: \[\w+\])?: .*$/m;
/** Node puts the place on a line of its own, or behind `at`. */
const PLACES =
  /^(?<head>(?:file:\/\/)?\/.+?):(?<line>\d+)$|^\s+at (?:.*\()?(?<at>(?:file:\/\/)?\/.+?):(?<atLine>\d+):(?<column>\d+)\)?$/gm;
/** Other files, whatever an error says, are not shown. */
const SOURCE = /\.[cm]?[jt]sx?$/;

/**
 * Makes a failure of what was written about it.
 *
 * @param text a stack, or the error output of a process that has ended
 */
export async function describeFailure(heading: string, text: string): Promise<Failure> {
  const plain = lastReport(stripVTControlCharacters(text).trimEnd());
  const message = MESSAGE.exec(plain)?.[0];
  return { heading, message, place: await findPlace(plain), text: plain };
}

/** What Node writes when an error ends the process stands at the end, with what was written before above it. */
function lastReport(text: string): string {
  if (!/\nNode\.js v\S+$/.test(text)) return text;
  const starts = [...text.matchAll(/^(?:file:\/\/\/|\/|node:).*:\d+$/gm)];
  return text.slice(starts.at(-1)?.index ?? 0).replace(/\s*\nNode\.js v\S+$/, '');
}

/** The first place that is the application's own. */
async function findPlace(text: string): Promise<FailurePlace | undefined> {
  for (const { groups = {} } of text.matchAll(PLACES)) {
    const file = toPath(groups['head'] ?? groups['at'] ?? '');
    const line = Number(groups['line'] ?? groups['atLine']);
    if (!SOURCE.test(file) || file.includes('/node_modules/')) continue;
    const column = groups['column'] === undefined ? undefined : Number(groups['column']);
    const lines = await linesAround(file, line);
    if (lines !== undefined) return { column, file, line, lines };
  }
  return undefined;
}

async function linesAround(file: string, line: number): Promise<FailurePlace['lines'] | undefined> {
  try {
    const all = (await readFile(file, 'utf8')).split('\n');
    if (line < 1 || line > all.length) return undefined;
    const first = Math.max(1, line - AROUND);
    return all
      .slice(first - 1, line + AROUND)
      .map((text, index) => [first + index, text.slice(0, LONGEST_LINE)] as const);
  } catch {
    // It has gone, or never was a file: the stack has to do.
    return undefined;
  }
}

function toPath(name: string): string {
  if (!name.startsWith('file:')) return name;
  try {
    return fileURLToPath(name);
  } catch {
    return '';
  }
}
