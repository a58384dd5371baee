import { parseArgs } from 'node:util';
import { activateRelease } from '../release/activate-release.ts';

/** Makes a release the current one: `releases/DATE/activate [--keep N]`. Its working directory is the release. */
const { values } = parseArgs({ options: { keep: { type: 'string' } } });
try {
  const { removed, release } = activateRelease(
    process.cwd(),
    values.keep === undefined ? undefined : Number(values.keep),
  );
  console.log(`${release} is the current release.`);
  for (const name of removed) console.log(`Removed: ${name}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
