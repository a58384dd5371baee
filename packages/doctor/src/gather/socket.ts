import { stat } from 'node:fs/promises';
import type { SocketFacts } from '../facts.ts';
import { pathEntries } from '../system/path-entries.ts';

/** Looks at a Unix socket without connecting to it. */
export async function socketFacts(path: string): Promise<SocketFacts> {
  const entries = await pathEntries(path);
  const stats = await stat(path).catch(() => undefined);
  const kind = stats === undefined ? 'missing' : stats.isSocket() ? 'socket' : 'other';
  return { path, entries, kind };
}
