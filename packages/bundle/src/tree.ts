import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const RUN_BIT = 0o100;

/** All files in a folder, as paths relative to it, those that links lead to among them. Links to folders are not followed. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return allFiles(path).map((below) => `${entry.name}/${below}`);
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? [entry.name] : [];
  });
}

/** Gives files and folders the modes that suexec and Apache want: readable for all, writable for their owner alone. */
export function setModes(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setModes(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & RUN_BIT ? 0o755 : 0o644);
  }
}
