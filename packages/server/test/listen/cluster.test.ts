import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Child, program } from '../support/child.ts';
import { scratchFolder } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { request } from '../support/wire.ts';

function startCluster(address: string): Child {
  return new Child(process.execPath, [program('cluster'), address], { stdio: ['pipe', 'pipe', 'pipe'] });
}

async function answer(path: string): Promise<string> {
  const peer = new Peer(connect(path));
  peer.send(request(1));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

test('workers of a cluster serve a Unix socket together, with its mode, and leave no other file behind', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'app.sock');
  const child = startCluster(`unix:${path}`);
  await child.printed(/listens\n(?:.*\n)*.*listens\n/);
  // The primary removes what it has bound once it knows that no worker has it any more.
  await expect.poll(() => readdirSync(folder)).toEqual(['app.sock']);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  for (let count = 0; count < 4; count += 1) expect(await answer(path)).toMatch(/worker \d+/);
  // One of them ends: the other is found where both were.
  child.process.stdin?.write('\n');
  await child.printed(/first has ended/);
  expect(await answer(path)).toMatch(/worker \d+/);
});

test('workers of a cluster do not take the place of a live socket', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'app.sock');
  const other = await new Promise<Server>((resolve) => {
    const server = createServer().listen(path, () => resolve(server));
  });
  onTestFinished(() => void other.close());
  const refused = startCluster(`unix:${path}`);
  await refused.printed(/fails: FCGI_ADDRESS_IN_USE\n(?:.*\n)*.*fails: FCGI_ADDRESS_IN_USE\n/);
  // The primary removes what it has bound once it knows that no worker has it any more.
  await expect.poll(() => readdirSync(folder)).toEqual(['app.sock']);
});

test('workers of a cluster replace a stale socket', async () => {
  const path = join(scratchFolder(), 'app.sock');
  await new Promise<void>((resolve) => {
    const server = createServer().listen(`${path}.bound`, () => {
      renameSync(`${path}.bound`, path);
      server.close(() => resolve());
    });
  });
  expect(existsSync(path)).toBe(true);
  const child = startCluster(`unix:${path}`);
  await child.printed(/listens\n(?:.*\n)*.*listens\n/);
  expect(await answer(path)).toMatch(/worker \d+/);
});
