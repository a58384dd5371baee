import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
import { webServerUser } from './users.ts';

/** A folder of its own for one web server and one application. */
export type ScratchFolder = TemporaryFolder;

/** What the application's `/file` sends. */
export const FIXTURE_TEXT = 'A line of the file that is sent.\n'.repeat(3_000);

/** What the web server sends itself, as `/static/a%20file.txt`. */
export const STATIC_TEXT = 'A file of the web server.\n';

/**
 * Makes a folder with `fixture.txt`, `notes` and `static` in it. Its group is the web server's and passes to everything
 * made in it, so that a Unix socket of mode 0660 is open to the web server alone.
 */
export async function createScratchFolder(): Promise<ScratchFolder> {
  const folder = createTemporaryFolder('fcgi-e2e');
  const { path } = folder;
  await share(path);
  const notes = join(path, 'notes');
  await mkdir(notes);
  await share(notes);
  await writeFile(join(path, 'fixture.txt'), FIXTURE_TEXT);
  const files = join(path, 'static');
  await mkdir(files);
  await writeFile(join(files, 'a file.txt'), STATIC_TEXT);
  return folder;
}

async function share(path: string): Promise<void> {
  const user = webServerUser();
  if (user === undefined) return;
  await chown(path, 0, user.gid);
  // The set-group-ID bit makes the group pass on.
  await chmod(path, 0o2775);
}
