import { mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { patternBytes } from '../pattern.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** When all files were changed last, so that ETag and Last-Modified are the same on both sides. */
export const MODIFIED = new Date('2024-02-29T12:00:00Z');

const FILES: Readonly<Record<string, string | Buffer>> = {
  '.hidden': 'secret',
  'alphabet.txt': 'abcdefghijklmnopqrstuvwxyz',
  'big.bin': patternBytes(2_000_000),
  'empty.txt': '',
  'folder/index.html': '<p>index</p>',
  'page.html': '<p>page</p>',
  'with space \u017e.txt': 'found',
};

/** Files to be served, in a folder of their own. */
export function createFiles(): { readonly folder: string; remove(): void } {
  const { path: folder, remove } = createTemporaryFolder('fcgi-files');
  for (const [name, content] of Object.entries(FILES)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, MODIFIED, MODIFIED);
  }
  // More than all buffers on the way can hold, and nothing on the disk.
  writeFileSync(join(folder, 'huge.bin'), '');
  truncateSync(join(folder, 'huge.bin'), 100_000_000);
  return { folder, remove };
}
