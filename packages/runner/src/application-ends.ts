import { once } from 'node:events';

/**
 * Gives an application that has closed its server, or listens for the signal itself, the time to end in its own way.
 * Nest sends itself the signal once more when it has done so.
 *
 * @param deadlines what it has no time beyond
 */
export async function applicationEnds(...deadlines: ReadonlyArray<Promise<unknown>>): Promise<void> {
  await Promise.race([once(process, 'beforeExit'), ...deadlines]);
}
