import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files that a pattern stands for: `*` and `?` within a name, `**` for folders. A folder stands for all that is in it.
 *
 * @param root what it is relative to
 * @returns paths relative to it; nothing of `node_modules` unless the pattern names it
 */
export function filesLike(pattern: string, root: string): string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const plain = parts.findIndex((part) => /[*?]/.test(part));
  const base = join(...parts.slice(0, plain === -1 ? undefined : plain), '.');
  const stat = statSync(join(root, base), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return plain === -1 ? [base] : [];
  const rest = plain === -1 ? ['**'] : parts.slice(plain);
  return filesIn(join(root, base))
    .filter((path) => matches(path.split('/'), rest))
    .map((path) => join(base, path));
}

/** All files in a folder, as paths relative to it. Links to files are files; links to folders are not followed. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry;
    if (name === 'node_modules') return [];
    if (entry.isDirectory()) return filesIn(join(folder, name)).map((path) => `${name}/${path}`);
    return statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ? [name] : [];
  });
}

function matches([name, ...names]: readonly string[], [part, ...parts]: readonly string[]): boolean {
  if (part === undefined) return name === undefined;
  if (part === '**') {
    if (parts.length === 0) return name !== undefined;
    return (
      matches(name === undefined ? [] : [name, ...names], parts) ||
      (name !== undefined && matches(names, [part, ...parts]))
    );
  }
  return name !== undefined && matchesName(name, part) && matches(names, parts);
}

/** Takes back its last `*` alone, so that no pattern takes longer than the product of the lengths. */
function matchesName(name: string, part: string): boolean {
  let at = 0;
  let inPart = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const wanted = part[inPart];
    if (wanted === '*') {
      star = inPart;
      starAt = at;
      inPart += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[at])) {
      at += 1;
      inPart += 1;
    } else if (star !== -1) {
      starAt += 1;
      at = starAt;
      inPart = star + 1;
    } else return false;
  }
  return /^\**$/.test(part.slice(inPart));
}
