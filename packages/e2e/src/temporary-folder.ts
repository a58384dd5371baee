import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

/** A folder that does not outlive the tests. */
export interface TemporaryFolder {
  readonly path: string;
  /** Deletes it with everything in it. */
  remove(): void;
}

/**
 * Makes a folder; it is removed at the end of this process at the latest.
 *
 * @param name what its name begins with
 */
export function createTemporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  // A program that is just being killed may still write into it.
  const removeFolder = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(removeFolder);
  return {
    path,
    remove: () => {
      forget();
      removeFolder();
    },
  };
}
