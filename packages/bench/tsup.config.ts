import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

const programs = readdirSync('src/contenders').filter((file) => file.endsWith('.ts'));

export default defineConfig({
  entry: ['src/main.ts', 'src/capacity.ts', ...programs.map((file) => `src/contenders/${file}`)],
  format: 'esm',
  platform: 'node',
  target: 'node20',
  clean: true,
  splitting: false,
  skipNodeModulesBundle: true,
  // A copy of the built packages: a build in the middle of a run does not change what is measured.
  noExternal: [/^@fcgi-js\//],
});
