// `npm run release`: a rehearsal, in a clone whose versions are raised first. `npm run release -- --publish` does the same
// here, and publishes.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { prepareClone, releases, smokeTestTarballs, whyNotPublish } from '../src/release.mjs';
import { root } from '../src/workspace.mjs';

const { values } = parseArgs({ options: { publish: { type: 'boolean', default: false } } });

const [command, ...args] = pnpmCommand();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fcgi-js-release-')));
try {
  const workspace = values.publish ? root : join(folder, 'clone');
  if (values.publish) {
    const obstacle = whyNotPublish(root);
    if (obstacle !== undefined) throw new Error(obstacle);
    execFileSync(command, [...args, 'run', 'build'], { cwd: root, stdio: 'inherit' });
  } else {
    await prepareClone(workspace);
  }

  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  await smokeTestTarballs(workspace, tarballs);
  for (const { name, version, changelog } of releases(workspace)) {
    process.stdout.write(`${name} ${version}\n\n${changelog}\n\n`);
  }
  if (values.publish) {
    // Publishes what the registry does not have yet, and makes tags. The manifests ask for provenance: npm refuses to
    // publish where it cannot make it.
    const published = spawnSync(command, [...args, 'exec', 'changeset', 'publish'], {
      cwd: root,
      stdio: 'inherit',
    });
    process.exitCode = published.status ?? 1;
    if (published.status === 0) process.stdout.write('Now: git push --follow-tags\n');
  } else {
    process.stdout.write('Packed, installed and used: fine. Nothing was published.\n');
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
