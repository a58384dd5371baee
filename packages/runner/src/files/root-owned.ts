import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isRootsAlone } from './held-folder.ts';

const STICKY = 0o1000n;
/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Why another user than root can decide what is in a file: the first of its folders, of the links on the way, and the file
 * itself, that is not root's alone.
 *
 * @returns words that go on after "because"; `undefined` where all of it is root's alone
 * @throws the error of the system where it is not there
 */
export function foreignHand(path: string, links = 0): string | undefined {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  const above = folder === absolute ? undefined : foreignHand(folder, links);
  if (above !== undefined) return above;
  const stats = lstatSync(absolute, { bigint: true });
  if (!stats.isSymbolicLink()) return handOn(absolute, stats);
  if (stats.uid !== 0n) return `user ${stats.uid} has made the link ${absolute}`;
  if (links === MOST_LINKS) return `${absolute} leads through more than ${MOST_LINKS} links`;
  return foreignHand(resolve(folder, readlinkSync(absolute)), links + 1);
}

function handOn(path: string, stats: BigIntStats): string | undefined {
  if (stats.uid !== 0n) return `${path} belongs to user ${stats.uid}`;
  // There, a user can replace only files of their own.
  if (isRootsAlone(stats) || (stats.isDirectory() && (stats.mode & STICKY) !== 0n)) return undefined;
  return `others than root can write ${path}`;
}
