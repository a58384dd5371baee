import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { runMain } from './support/test-io.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('an application that answers is up, with what it says about itself', async () => {
  const address = `unix:${await temporaryFolder()}/app.sock`;
  const server = createServer({ responder: () => 0 });
  await server.listen(address);
  onTestFinished(() => server.close());
  const outcome = await runMain(['ping', address]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).toMatch(/^up unix:\/.*\/app\.sock answered after [\d.]+ ms, .*FCGI_MPXS_CONNS=1/);
});

test('a socket that does not exist is a failure that names it', async () => {
  const address = `unix:${await temporaryFolder()}/none.sock`;
  const outcome = await runMain(['ping', address]);
  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toContain(address);
});

test('a command line that makes no sense is 2, and says how to get help', async () => {
  for (const argv of [
    ['ping'],
    ['ping', 'tcp:nowhere'],
    ['ping', '/x', '--timeout', '-1'],
    ['pong'],
    ['ping', '/x', '--color'],
  ]) {
    const outcome = await runMain(argv);
    expect(outcome, argv.join(' ')).toMatchObject({ status: 2, stdout: '' });
    expect(outcome.stderr, argv.join(' ')).toContain('--help');
  }
});

test.each([[['--help']], [['ping', '--help']], [['--version']]])(
  '%j is printed on stdout and is no failure',
  async (argv) => {
    const outcome = await runMain(argv);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(outcome.stdout).not.toBe('');
  },
);
