import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { runConformance } from '../src/index.ts';
import { responder } from '../targets/node/probe.mjs';

async function serve(address: string): Promise<string> {
  // What peers do wrong is what the checks are about.
  const server = createServer({ onError: () => undefined, responder });
  const listening = await server.listen(address);
  onTestFinished(() => server.close({ timeout: 0 }));
  return listening;
}

async function failures(address: string): Promise<string[]> {
  const { results } = await runConformance({ target: { address } });
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, outcome, reason, title }) => `${id} ${title}: ${outcome}, ${reason}`);
}

test('our server passes every check over TCP', async () => {
  expect(await failures(await serve('127.0.0.1:0'))).toEqual([]);
});

test('our server passes every check over a Unix socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-conformance-'));
  onTestFinished(() => rm(folder, { force: true, recursive: true }));
  expect(await failures(await serve(`unix:${folder}/app.sock`))).toEqual([]);
});
