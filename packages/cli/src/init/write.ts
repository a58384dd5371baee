import { lstat } from 'node:fs/promises';
import type { PlannedFile } from '@fcgi-js/init';
import { systemReason } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { writeNew } from '../config/config.ts';

/**
 * Writes all files, or none where one of them is in the way.
 *
 * @throws CommandFailure where a file is there already, unless `force`, or cannot be written
 */
export async function writeFiles(files: readonly PlannedFile[], force: boolean): Promise<void> {
  const obstacles: string[] = [];
  for (const { path } of files) {
    const found = await lookAt(path);
    if (found?.isDirectory()) obstacles.push(`${path} is a folder.`);
    else if (found !== undefined && !force)
      obstacles.push(`${path} is there already; --force overwrites it.`);
  }
  if (obstacles.length > 0) throw new CommandFailure(`Nothing is written: ${obstacles.join('\n')}`);
  for (const { mode, path, text } of files) {
    writeNew(path, text, { force, makeFolders: true, mode });
  }
}

async function lookAt(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandFailure(`Cannot write ${path}: ${systemReason(error)}.`, undefined, { cause: error });
  }
}
