import { type BigIntStats, fstatSync, lstatSync } from 'node:fs';

// Node 20 keeps the numbers of the last result, and where they are those of a pipe or a socket, it does not follow symbolic
// links while it looks for the next module: with pnpm that one does not find its dependencies. Other results have a place of
// their own.
const BIG = { bigint: true } as const;

/** What a descriptor is, which may be a pipe or a socket. */
export const descriptorStats = (fd: number): BigIntStats => fstatSync(fd, BIG);

/** What a path is that may be a socket; undefined where there is nothing. */
export const pathStats = (path: string): BigIntStats | undefined =>
  lstatSync(path, { ...BIG, throwIfNoEntry: false });
