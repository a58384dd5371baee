import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailure } from '../command-failure.ts';
import { writeNew } from '../config/config.ts';
import { systemReason } from '../system-reason.ts';
import type { PlannedFile } from './plan.ts';

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
    await orFail(path, mkdir(dirname(path), { recursive: true }));
    await writeNew(path, text, force, mode);
    // The mode of an old file stays, and a umask narrows that of a new one.
    await orFail(path, chmod(path, mode));
  }
}

async function lookAt(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotWrite(path, error);
  }
}

async function orFail(path: string, done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): CommandFailure {
  return new CommandFailure(`Cannot write ${path}: ${systemReason(error)}.`, undefined, {
    cause: error,
  });
}
