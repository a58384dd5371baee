import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runConformance } from '@fcgi-js/conformance';
import { describe, expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { commandFor, examinedWebServers } from '../../src/conformance-suite/web-servers.ts';
import { reservePort } from '../../src/free-port.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';

const gateway = fileURLToPath(new URL('../../src/conformance-suite/gateway.mjs', import.meta.url));
const TIME = 240_000;

async function examine(webServer: string, port: number, expected: Readonly<Record<number, string>>) {
  const { results, unexpectedFailures } = await runConformance({
    expectedFailures: Object.entries(expected).map(([id, reason]) => ({ id: Number(id), reason })),
    target: { url: `http://127.0.0.1:${port}/`, webServer },
  });
  expect(results.length).toBeGreaterThan(100);
  return results
    .filter(({ id }) => unexpectedFailures.includes(id))
    .map(({ id, reason, title }) => `${id} ${title}: ${reason}`);
}

describe.each(examinedWebServers)('$name', (server) => {
  const reason = skipReason(server.program);
  if (reason !== undefined) console.warn(`skipped: the checks of ${server.name}: ${reason}`);

  test.skipIf(reason !== undefined)(
    'fails only the checks that are known of it',
    { timeout: TIME },
    async () => {
      const folder = createTemporaryFolder('fcgi-conformance');
      chmodSync(folder.path, 0o755);
      const reserved = await reservePort();
      try {
        const command = commandFor(server, folder.path, reserved.port);
        expect(await examine(command, reserved.port, server.expected)).toEqual([]);
      } finally {
        reserved.release();
        folder.remove();
      }
    },
  );
});

test('our gateway passes every check of a web server', { timeout: TIME }, async () => {
  const reserved = await reservePort();
  try {
    const command = `${process.execPath} ${gateway} {socket} ${reserved.port}`;
    expect(await examine(command, reserved.port, {})).toEqual([]);
  } finally {
    reserved.release();
  }
});
