import { beforeAll, describe, expect, test } from 'vitest';
import { runSuite, type SuiteResult } from '../src/runtime-suite.ts';
import { type Runtime, runtimeProgram, runtimes } from '../src/runtimes.ts';
import { findProgram, skipReason } from '../src/system-packages.mjs';

/** Packages that promise to run wherever JavaScript does. */
const folders = ['packages/protocol'];

const chromium = findProgram('chromium');
const noChromium = skipReason('chromium');

/** How a runtime is told to run a module with the rights of a Node program, and to be itself where it has a choice. */
const options: Record<Runtime['name'], readonly string[]> = {
  bun: ['--bun'],
  deno: ['run', '--allow-all'],
  node: [],
};

/** All but the Node that runs this. */
const others = runtimes.filter(({ name, version }) => name !== 'node' || version !== process.versions.node);

describe.each(folders)('the tests of %s', (folder) => {
  let here: SuiteResult;

  beforeAll(async () => {
    const runtime = `node ${process.versions.node}`;
    here = await runSuite({ command: [process.execPath], folder, runtime });
  });

  test('pass in the Node that runs this, and there are some', () => {
    expect(here.failures).toEqual([]);
    expect(here.passed).toBeGreaterThan(100);
  });

  test.each(others)('all run and pass in $name $version', async (runtime) => {
    const program = await runtimeProgram(runtime);
    const { name, version } = runtime;
    const result = await runSuite({
      command: [program, ...options[name]],
      folder,
      runtime: `${name} ${version}`,
    });
    expect(result).toEqual(here);
  });

  test('all run and pass in headless Chromium', async ({ skip }) => {
    if (chromium === undefined) return skip(noChromium);
    const result = await runSuite({ command: [process.execPath], folder, runtime: 'chromium', chromium });
    expect(result).toEqual(here);
  });

  test('fail in any other runtime than the one that they are meant for', async () => {
    const { failed, passed } = await runSuite({ command: [process.execPath], folder, runtime: 'deno 1.0.0' });
    expect(passed).toBe(0);
    expect(failed).toBeGreaterThan(0);
  });
});
