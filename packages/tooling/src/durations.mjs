// How long each test file took in the last whole run of a gate, for those who want to make it shorter.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './workspace.mjs';

/** A list of {@link import('./run-vitest.mjs').Duration}, the slowest first. */
export const durationsFile = join(root, 'node_modules/.cache/test-durations.json');

/**
 * Replaces what the last whole run has left.
 * @param {import('./run-vitest.mjs').Duration[]} durations
 * @param {string} [file]
 */
export function writeDurations(durations, file = durationsFile) {
  const slowestFirst = [...durations].sort((one, other) => other.seconds - one.seconds);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `[\n${slowestFirst.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`);
}
