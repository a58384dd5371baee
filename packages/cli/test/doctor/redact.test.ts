import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { redactor } from '../../src/doctor/redact.ts';
import { runMain } from '../support/test-io.ts';
import { openFolder, responder, writeProgram } from './support/deployment.ts';

test.each([
  ['connect postgres://me:hunter22@db/app failed', 'hunter22'],
  ['DB_PASSWORD=hunter22 is wrong', 'hunter22'],
  ['{"api_key": "hunter22"}', 'hunter22'],
  ['GET /reset?token=hunter22&page=2', 'hunter22'],
  ['Authorization: Basic aHVudGVyMjI=', 'aHVudGVyMjI='],
  ['Cookie: sid=hunter22; theme=dark', 'hunter22'],
])('%j is told without %j', (text, secret) => {
  const told = redactor({})(text);
  expect(told).not.toContain(secret);
  expect(told).toContain('[hidden]');
});

test('the values that secrets have in the environment are hidden wherever they are', () => {
  const redact = redactor({ STRIPE_SECRET: 'sk_live_1234', HOME: '/home/me' });
  expect(redact('charge with sk_live_1234 from /home/me failed')).toBe(
    'charge with [hidden] from /home/me failed',
  );
});

test('what is no secret stays', () => {
  const text =
    'connect() to unix:/run/app.sock failed (13: Permission denied), upstream: "fastcgi://unix:/run/app.sock:"';
  expect(redactor({ HOME: '/home/me' })(text)).toBe(text);
});

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
  expect(stdout).toContain('cannot log in with [hidden]');
});
