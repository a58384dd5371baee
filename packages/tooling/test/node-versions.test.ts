import { describe, expect, test } from 'vitest';
import { runSuite } from '../src/runtime-suite.ts';
import { runtimeProgram, runtimes } from '../src/runtimes.ts';

/** What runs on Node alone, with a number of tests below which some have not been found. */
const suites = [
  { folder: 'packages/server', least: 1_000 },
  { folder: 'packages/runner/test/application', least: 70 },
  { folder: 'packages/e2e/test/frameworks', least: 500 },
];

const [running] = process.versions.node.split('.');
/** All release lines but the one that runs this, whose turn is when all tests run. */
const others = runtimes.filter(({ name, version }) => name === 'node' && version.split('.')[0] !== running);

// At the same time, because they wait more than they work.
describe.concurrent.each(others)('in Node $version', ({ name, version }) => {
  test.each(suites)('the tests of $folder pass', async ({ folder, least }) => {
    const program = await runtimeProgram({ name, version });
    const result = await runSuite({ command: [program], folder, runtime: `${name} ${version}` });
    expect(result.failures).toEqual([]);
    expect(result.failed).toBe(0);
    expect(result.passed).toBeGreaterThan(least);
  });
});
