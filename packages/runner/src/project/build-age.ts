import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** So many files are looked at: a project with more has what is newer among them, too, most of the time. */
const MOST_FILES = 5_000;
/** Copying and checking out give files the times of one moment, more or less. */
const TOLERANCE = 60_000_000_000n;

/** What this user may not read does not keep the application from being served: its age is not known then. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * A source that has changed after a build was made of it.
 *
 * @param folder of the project
 * @param sources folders and files in it, as far as there are any
 * @param made a file that the build has written
 * @returns its path in the project, or undefined where there is none
 */
export function newerSource(folder: string, sources: readonly string[], made: string): string | undefined {
  const latest = statSync(made, { bigint: true }).mtimeNs + TOLERANCE;
  let seen = 0;
  const search = (path: string): string | undefined => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined || seen >= MOST_FILES) return undefined;
    if (!stat.isDirectory()) {
      seen += 1;
      return stat.mtimeNs > latest ? relative(folder, path) : undefined;
    }
    for (const entry of entriesOf(path)) {
      const { name } = entry;
      // A link may lead in a circle.
      if (name === 'node_modules' || name.startsWith('.') || entry.isSymbolicLink()) continue;
      const found = search(join(path, name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const source of sources) {
    const found = search(join(folder, source));
    if (found !== undefined) return found;
  }
  return undefined;
}
