// Part of `npm run version-packages`: changesets knows nothing of jsr.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../src/workspace.mjs';

for (const { manifest, path } of publishedPackages()) {
  const file = join(path, 'jsr.json');
  if (!existsSync(file)) continue;
  const { version } = JSON.parse(readFileSync(file, 'utf8'));
  // In the text, which keeps the form that the linter wants.
  const text = readFileSync(file, 'utf8').replace(
    `"version": "${version}"`,
    `"version": "${manifest.version}"`,
  );
  writeFileSync(file, text);
}
