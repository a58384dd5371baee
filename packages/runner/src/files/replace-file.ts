import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { holdFolder } from './held-folder.ts';

/**
 * Writes a file in one piece: others see the one from before or all of this one. What was there before is replaced, whatever it
 * is, and not written to.
 *
 * @param mode permissions, less the umask
 * @throws RunnerError as {@link holdFolder}, and otherwise the error of the system
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const folder = process.geteuid?.() === 0 ? holdFolder(path) : undefined;
  const { inside = dirname(path) + sep, name = basename(path) } = folder ?? {};
  const temporary = `${inside}${name}.${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    // A link that another user has put there is not followed.
    writeFileSync(temporary, text, { flag: 'wx', mode });
    renameSync(temporary, inside + name);
  } catch (error) {
    // On a full disk the file itself is there, and empty.
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    folder?.close();
  }
}
