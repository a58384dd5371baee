import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webServerUser } from './users.ts';

/** A folder of its own for one web server and one application. */
export interface ScratchFolder {
  readonly path: string;
  /** Deletes it with everything in it. */
  remove(): Promise<void>;
}

/** What the application's `/file` sends. */
export const FIXTURE_TEXT = 'A line of the file that is sent.\n'.repeat(3_000);

/**
 * Makes a folder with `fixture.txt` and `notes` in it. Its group is the web server's and passes to everything made
 * in it, so that a Unix socket of mode 0660 is open to the web server and to nobody else.
 */
export async function createScratchFolder(): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), 'fcgi-e2e-'));
  await share(path);
  const notes = join(path, 'notes');
  await mkdir(notes);
  await share(notes);
  await writeFile(join(path, 'fixture.txt'), FIXTURE_TEXT);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function share(path: string): Promise<void> {
  const user = webServerUser();
  if (user === undefined) return;
  await chown(path, 0, user.gid);
  // The set-group-ID bit makes the group pass on.
  await chmod(path, 0o2775);
}
