import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FcgiClient } from '@fcgi-js/client';
import { RecordDecoder, RecordType } from '@fcgi-js/protocol';
import { createServer, fromNodeListener } from '@fcgi-js/server';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { fcgi } from '../src/guide-project.ts';
import { root } from '../src/workspace.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-records-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** An application that answers with its name and its body. */
async function application(name: string): Promise<string> {
  const responder = fromNodeListener(async (request, response) => {
    response.end(`${name} ${request.url} ${Buffer.concat(await request.toArray())}`);
  });
  const server = createServer({ responder });
  onTestFinished(() => server.close({ timeout: 1_000 }));
  const path = join(folder, `${name}.sock`);
  await server.listen(path);
  return path;
}

/** Runs an example, which listens on the first of its arguments. */
async function runExample(name: string, ...args: string[]): Promise<FcgiClient> {
  const socket = join(folder, 'example.sock');
  const child = spawn(process.execPath, [join(root, 'docs/examples/records', name), socket, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(() => existsSync(socket), { timeout: 10_000 }).toBe(true);
  const client = new FcgiClient({ address: socket, limits: { connections: 1 }, multiplex: true });
  onTestFinished(() => client.close({ timeout: 1_000 }));
  return client;
}

const params = (uri: string) => ({
  REQUEST_METHOD: 'POST',
  REQUEST_URI: uri,
  SCRIPT_NAME: '',
  PATH_INFO: uri,
});

async function ask(client: FcgiClient, uri: string, stdin: string): Promise<string> {
  return (
    await client.request({ params: { ...params(uri), CONTENT_LENGTH: `${stdin.length}` }, stdin })
  ).text();
}

test('the balancer gives each request on one connection to the next application', async () => {
  const client = await runExample('balancer.js', await application('one'), await application('two'));
  const answers = await Promise.all(
    ['/a', '/b', '/c', '/d'].map((uri) => ask(client, uri, 'x'.repeat(100_000))),
  );
  const names = answers.map((answer) => answer.slice(0, 6)).toSorted();
  expect(names).toEqual(['one /a', 'one /c', 'two /b', 'two /d']);
  expect(answers.map((answer) => answer.length)).toEqual(Array(4).fill(100_007));
  expect(client.stats().connections).toBe(1);
  expect((await client.getValues()).get('FCGI_MPXS_CONNS')).toBe('1');
});

test('the recorder keeps requests of all connections in a file that fcgi decode reads', async () => {
  const file = join(folder, 'requests.fcgi');
  const client = await runExample('recorder.js', await application('app'), file);
  const other = new FcgiClient({ address: join(folder, 'example.sock') });
  onTestFinished(() => other.close({ timeout: 1_000 }));
  expect(await ask(client, '/a', 'first')).toBe('app /a first');
  expect(await ask(other, '/b', 'second')).toBe('app /b second');
  const recorded = async () => {
    const decoder = new RecordDecoder();
    decoder.push(await readFile(file));
    return [...decoder].flatMap((record): Array<number | string> => {
      if (record.type === RecordType.BeginRequest) return [record.requestId];
      return record.type === RecordType.Stdin ? [Buffer.from(record.content).toString()] : [];
    });
  };
  await expect.poll(recorded).toEqual([1, 'first', '', 2, 'second', '']);
  const { stdout } = await promisify(execFile)(process.execPath, [fcgi, 'decode', file]);
  expect(stdout).toContain('/b');
});
