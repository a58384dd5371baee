import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runConformance } from '@fcgi-js/conformance';
import { describe, expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { examinedTargets } from '../../src/conformance-suite/targets.ts';
import { fcgi } from '../../src/runner.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';

const probe = fileURLToPath(new URL('../../../conformance/targets/node/probe.mjs', import.meta.url));
const TIME = 240_000;

async function failures(options: Parameters<typeof runConformance>[0]): Promise<string[]> {
  const { results } = await runConformance(options);
  expect(results.length).toBeGreaterThan(0);
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, outcome, reason, title }) => `${id} ${title}: ${outcome}, ${reason}`);
}

describe.each(examinedTargets)('the ready target for $name', ({ build, name, passes, programs }) => {
  const reason = skipReason(...programs);
  if (reason !== undefined) console.warn(`skipped: the target for ${name}: ${reason}`);

  test.skipIf(reason !== undefined)('has the routes of the probe contract', { timeout: TIME }, async () => {
    const folder = createTemporaryFolder('fcgi-conformance');
    chmodSync(folder.path, 0o755);
    try {
      expect(await failures({ ...(await built(folder.path)), only: passes })).toEqual([]);
    } finally {
      folder.remove();
    }
  });

  async function built(path: string) {
    const { params = {}, spawn } = await build(path);
    return { params, target: { spawn } };
  }
});

test('fcgi run passes every check, with the socket as descriptor 0', { timeout: TIME }, async () => {
  const spawn = `${process.execPath} ${fcgi} run ${probe} --listen fd:0 --workers 1`;
  expect(await failures({ target: { spawn } })).toEqual([]);
});
