#!/usr/bin/env node
// npm run bench:compare [COMMIT] [KIND… and OPTIONS of the benchmark]: measures the programs of this working tree and those of
// a commit in the same rounds, and prints the table of both.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Below packages/bench, where programs find their packages. */
const before = join(root, 'packages/bench/reports/before');

const [first, ...others] = process.argv.slice(2);
const isCommit = first !== undefined && !first.startsWith('-') && isKnown(first);
const commit = isCommit ? first : 'origin/main';
const given = isCommit || first === undefined ? others : [first, ...others];
// What a request costs, kept and not: a few minutes.
const hasKind = given.some((argument) => /^[a-z]/.test(argument));
const choice = hasKind ? given : ['hello', 'hello-new', ...given];

/**
 * Whether git has such a commit; names of kinds are none.
 *
 * @param {string} name
 */
function isKnown(name) {
  try {
    execFileSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: root });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program; its output is that of this one.
 *
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} argv
 */
function run(cwd, command, ...argv) {
  execFileSync(command, argv, { cwd, stdio: 'inherit' });
}

/** @param {string} folder */
function build(folder) {
  const pnpm = join(folder, 'packages/tooling/bin/pnpm.mjs');
  run(folder, process.execPath, pnpm, 'install', '--frozen-lockfile', '--prefer-offline');
  run(folder, process.execPath, pnpm, '--filter', 'bench...', 'run', '--if-present', 'build');
}

const tree = mkdtempSync(join(tmpdir(), 'fcgi-js-base-'));
try {
  run(root, 'git', 'worktree', 'add', '--detach', '--force', tree, commit);
  build(tree);
  rmSync(before, { force: true, recursive: true });
  cpSync(join(tree, 'packages/bench/dist'), before, { recursive: true });
} finally {
  rmSync(tree, { force: true, recursive: true });
  run(root, 'git', 'worktree', 'prune');
}
build(root);
const main = join(root, 'packages/bench/dist/main.js');
const { status } = spawnSync(process.execPath, [main, ...choice, '--before', before], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
