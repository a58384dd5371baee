import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecording } from '@fcgi-js/inspector';
import { TapFileWriter } from '@fcgi-js/inspector/tap';
import { expect, onTestFinished, test } from 'vitest';

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-tap-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'tap.jsonl');
}

test('what is written is read as a recording', async () => {
  const path = await file();
  const writer = new TapFileWriter(openSync(path, 'w'), () => {});
  writer.add({ connection: 1, direction: 'to-application', time: 5 }, Buffer.from([1, 2]));
  writer.add({ connection: 1, direction: 'to-application', time: 6 }, undefined);
  writer.close();
  const { connections } = await readRecording([await readFile(path)]);
  const found = [];
  for await (const connection of connections) for await (const chunk of connection.chunks) found.push(chunk);
  expect(found.flatMap(({ bytes }) => [...(bytes ?? [])])).toEqual([1, 2]);
  expect(writer.isWhole).toBe(true);
});

test('a file that cannot be written any more is given up, and that is said once', async () => {
  const path = await file();
  const fd = openSync(path, 'w');
  const failures: Error[] = [];
  const writer = new TapFileWriter(fd, (error) => failures.push(error));
  closeSync(fd);
  for (const time of [1, 2]) writer.add({ connection: 1, direction: 'to-application', time }, undefined);
  expect(failures).toHaveLength(1);
  expect(writer.isWhole).toBe(false);
});
