import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openFolder, responder, writeProgram } from '../../../doctor/test/support/deployment.ts';
import { runMain } from '../support/test-io.ts';

test('neither the report nor its JSON has secrets of environment, stderr and log', async () => {
  const folder = await openFolder();
  const program = await writeProgram(
    folder,
    responder({
      before:
        "if (!process.env.DB_PASSWORD) throw new Error('cannot log in with password=fallback-secret, DB_PASSWORD is not set');",
    }),
  );
  const log = `${folder}/error.log`;
  await writeFile(
    log,
    `upstream sent too big header while reading response header from upstream, token=log-secret\n`,
  );
  const env = { PATH: process.env['PATH'], DB_PASSWORD: 'env-secret', FORCE_COLOR: '1' };
  for (const words of [[], ['--json']]) {
    const { status, stdout } = await runMain(['doctor', program, '--log', log, ...words], { env });
    expect(status).toBe(1);
    expect(stdout).toContain('DB_PASSWORD');
    expect(stdout).not.toMatch(/env-secret|fallback-secret|log-secret/);
  }
});

test('neither has secrets that the program is given with --env', async () => {
  const program = await writeProgram(
    await openFolder(),
    responder({ before: "throw new Error('cannot log in with ' + process.env.DB_PASSWORD);" }),
  );
  const { stdout } = await runMain(['doctor', program, '--env', 'DB_PASSWORD=given-secret']);
  expect(stdout).toContain('cannot log in with (12 characters, hidden)');
  const open = await runMain(['doctor', program, '--env', 'DB_PASSWORD=given-secret', '--show-secrets']);
  expect(open.stdout).toContain('cannot log in with given-secret');
});
