// `npm run release`: checks what would be published, and publishes it. With --dry-run all but the last step, in a clone
// whose versions are raised first.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { pendingChangesets, prepareClone, releases, smokeTestTarballs } from '../src/release.mjs';
import { root } from '../src/workspace.mjs';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const dryRun = values['dry-run'];

/** Why this working tree cannot be published. */
function obstacle() {
  const pending = pendingChangesets(root);
  if (pending.length > 0)
    return `Changesets wait for a version: run \`npm run version-packages\`, look at the changelogs, and commit.`;
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  return changes === '' ? undefined : `There are changes that are not committed:\n${changes}`;
}

const [command, ...args] = pnpmCommand();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fcgi-js-release-')));
try {
  const workspace = dryRun ? join(folder, 'clone') : root;
  const reason = dryRun ? undefined : obstacle();
  if (reason !== undefined) throw new Error(reason);
  if (dryRun) await prepareClone(workspace);
  else execFileSync(command, [...args, 'run', 'build'], { cwd: root, stdio: 'inherit' });

  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  await smokeTestTarballs(workspace, tarballs);
  for (const { name, version, changelog } of releases(workspace)) {
    process.stdout.write(`${name} ${version}\n\n${changelog}\n\n`);
  }
  if (dryRun) {
    process.stdout.write('Packed, installed and used: fine. Nothing was published.\n');
  } else {
    // Publishes what the registry does not have yet, with provenance where the environment can prove it, and makes tags.
    const published = spawnSync(command, [...args, 'exec', 'changeset', 'publish'], {
      cwd: root,
      stdio: 'inherit',
    });
    process.exitCode = published.status ?? 1;
    if (published.status === 0) process.stdout.write('Now: git push --follow-tags\n');
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
