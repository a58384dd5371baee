import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { respond, startApplication } from './support/applications.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

async function application(): Promise<string> {
  return startApplication(await temporaryFolder(), {
    responder: (request) => respond(request, 'Content-Type: text/plain\r\n\r\nplain'),
  });
}

/** Closes every connection at the first byte. */
async function wrongApplication(): Promise<string> {
  const path = join(await temporaryFolder(), 'app.sock');
  const server = createNetServer((socket) => socket.once('data', () => socket.end())).listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return path;
}

test('what passes is counted', async () => {
  const outcome = await runMain(['conformance', await application(), '--only', '101,130']);
  expect(outcome).toMatchObject({ status: 0, stderr: '', stdout: '2 passed, 0 failed, 0 skipped\n' });
});

test('what fails is shown with what was sent, and the command that repeats it', async () => {
  const { status, stdout } = await runMain(['conformance', await wrongApplication(), '--only', '101']);
  expect(status).toBe(1);
  expect(stdout).toContain('failed 101 A request without a body is answered (must, FastCGI 1.0 §5.5)');
  expect(stdout).toContain('    > BEGIN_REQUEST 1: RESPONDER, close after it');
  expect(stdout).toContain('again: --only 101');
});

test('a failure that is expected is none, and one that passes is a failure', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'known.txt'), '101 It is not written yet.\n');
  const known = ['--only', '101', '--expected-failures', join(folder, 'known.txt')];
  expect(await runMain(['conformance', await wrongApplication(), ...known])).toMatchObject({ status: 0 });
  const fixed = await runMain(['conformance', await application(), ...known]);
  expect(fixed.status).toBe(1);
  expect(fixed.stdout).toContain('Take them out of the list.');
});

test('reports are written as files and as JSON', async () => {
  const folder = await temporaryFolder();
  const files = ['junit', 'html', 'badge'].flatMap((kind) => [`--${kind}`, join(folder, kind)]);
  const { stdout } = await runMain(['conformance', await application(), '--only', '101', '--json', ...files]);
  expect(JSON.parse(stdout)).toMatchObject({
    results: [{ id: 101, outcome: 'passed' }],
    unexpectedFailures: [],
  });
  expect(await readFile(join(folder, 'junit'), 'utf8')).toContain('<testsuite ');
  expect(await readFile(join(folder, 'html'), 'utf8')).toContain('<!doctype html>');
  expect(JSON.parse(await readFile(join(folder, 'badge'), 'utf8'))).toMatchObject({ message: '1/1' });
});

test('all checks can be listed without an application', async () => {
  const { status, stdout } = await runMain(['conformance', '--list']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^101 A request without a body is answered \(must, FastCGI 1\.0 §5\.5\)$/m);
  expect(stdout.split('\n').length).toBeGreaterThan(200);
});

test('a command line that makes no sense is 2', async () => {
  for (const argv of [
    [],
    ['/run/app.sock', '--spawn', 'app'],
    ['--web-server', 'nginx'],
    ['/run/app.sock', '--url', 'http://127.0.0.1/'],
    ['/run/app.sock', '--only', 'all'],
    ['/run/app.sock', '--only', '1'],
    ['/run/app.sock', '--level', 'all'],
    ['/run/app.sock', '--param', 'NAME'],
    ['/run/app.sock', '--expected-failures', '/nowhere/known.txt'],
    ['/nowhere/app.sock'],
  ]) {
    expect(await runMain(['conformance', ...argv]), argv.join(' ')).toMatchObject({ status: 2 });
  }
});

test('the action for continuous integration passes options that there are', async () => {
  const action = await readFile(new URL('../../conformance/action.yml', import.meta.url), 'utf8');
  const { stdout } = await runMain(['conformance', '--help']);
  const passed = [...action.matchAll(/(?<=[( ])--(?!yes|package)[a-z-]+/g)].map(([option]) => option);
  expect(passed).toEqual(expect.arrayContaining(['--level', '--junit', '--spawn', '--expected-failures']));
  expect(passed.filter((option) => !stdout.includes(option))).toEqual([]);
});
