// Part of `npm run version-packages`: changesets knows nothing of jsr.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../src/workspace.mjs';

for (const { manifest, path } of publishedPackages()) {
  const file = join(path, 'jsr.json');
  if (!existsSync(file)) continue;
  const jsr = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ ...jsr, version: manifest.version }, null, 2)}\n`);
}
