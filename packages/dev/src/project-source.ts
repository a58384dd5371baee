import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/** Lines shown above and below the one that failed. */
const AROUND = 5;
/** Characters of a line that are shown: what was made by a bundler may be one line. */
const LONGEST_LINE = 300;
const SOURCE = /\.[cm]?[jt]sx?$/;

/**
 * Lines of a source, around one of them.
 *
 * @param file as a stack names it: an application can write any name there
 * @param project the folder that it must be in
 * @returns `undefined` where it has no such line, or is no source of the project's own: in node_modules or a folder or file that
 *   begins with a dot, outside of the project, or a link that leads there
 */
export async function linesOfSource(
  file: string,
  line: number,
  project: string,
): Promise<ReadonlyArray<readonly [number: number, text: string]> | undefined> {
  try {
    const [root, path] = await Promise.all([realpath(project), realpath(file)]);
    const isNamed = isOwn(file, project) || isOwn(file, root);
    if (!isNamed || !isOwn(path, root)) return undefined;
    const all = (await readFile(path, 'utf8')).split('\n');
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

function isOwn(file: string, project: string): boolean {
  const name = relative(project, file);
  const isHidden = name.split(sep).some((part) => part === 'node_modules' || part.startsWith('.'));
  return SOURCE.test(file) && !file.split(sep).includes('..') && !isAbsolute(name) && !isHidden;
}
