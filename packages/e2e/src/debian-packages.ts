import { execFile } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/**
 * Downloads packages of Debian and unpacks them into a folder. Installed, they would bring web servers and databases to the
 * machine.
 *
 * @returns `undefined` where there is no such package, or no network
 */
export async function unpackPackages(names: readonly string[]): Promise<TemporaryFolder | undefined> {
  const folder = createTemporaryFolder('fcgi-packages');
  await chmod(folder.path, 0o755);
  try {
    await run('apt-get', ['download', ...names], { cwd: folder.path, timeout: 120_000 });
    for (const file of await readdir(folder.path)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(folder.path, file), folder.path]);
    }
    return folder;
  } catch {
    folder.remove();
    return undefined;
  }
}
