import { closeSync, openSync } from 'node:fs';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { FcgiServerError } from '../../src/errors.ts';
import {
  connectionsPossible,
  OpenFilesWatch,
  openFilesLimit,
  tooManyConnections,
} from '../../src/listen/open-files.ts';
import { pass, stopTime } from '../support/time.ts';

const isLinux = process.platform === 'linux';

afterEach(() => {
  vi.useRealTimers();
});

test.runIf(isLinux)('connections leave an eighth of all open files to the application', () => {
  const limit = openFilesLimit();
  expect(limit).toBeGreaterThan(0);
  const possible = connectionsPossible();
  expect(possible).toBeLessThan(limit * (7 / 8));
  expect(possible).toBeGreaterThan(limit * (7 / 8) - 1_000);
});

test('one connection too many tells which of both limits it is, with the number and what to do', () => {
  const ofOption = tooManyConnections(5, 5);
  expect(ofOption).toMatchObject({ code: 'FCGI_CONNECTIONS_EXCEEDED', scope: 'connection' });
  expect(ofOption.message).toContain(
    '5 are open, and limits.connections (fcgi run --limit connections=VALUE)',
  );
  const ofSystem = tooManyConnections(5, 16_384).message;
  expect(ofSystem).toMatch(/5 are open, and ulimit -n \(.+\) allows no more/);
  expect(ofSystem).toContain('LimitNOFILE=');
});

test('a server has no more connections than open files, whatever its option says', async () => {
  const { createServer } = await import('@fcgi-js/server');
  const { Peer } = await import('../support/peer.ts');
  const { duplexPair } = await import('node:stream');
  const { record, pairs } = await import('test-support');
  const server = createServer({ responder: () => {}, limits: { connections: 1e9 } });
  onTestFinished(() => server.close({ timeout: 1 }));
  const [ours, theirs] = duplexPair();
  server.accept(theirs);
  const peer = new Peer(ours);
  onTestFinished(() => peer.leave());
  peer.send(record(9, 0, pairs([['FCGI_MAX_CONNS', '']])));
  await peer.until(() => peer.records.length > 0, 'GET_VALUES_RESULT');
  const said = Number(
    /FCGI_MAX_CONNS(\d+)/.exec(Buffer.from(peer.records[0]!.content).toString('latin1'))?.[1],
  );
  expect(said).toBeLessThanOrEqual(isLinux ? openFilesLimit() : 1e9);
});

test.runIf(isLinux)(
  'a process all of whose files are open says so once, until some are free again',
  async () => {
    stopTime();
    const told: FcgiServerError[] = [];
    const highest = openSync('/dev/null', 'r');
    // In the place of a limit: the next descriptor is in use or not.
    const watch = new OpenFilesWatch((error) => told.push(error), highest + 1);
    watch.start();
    await pass(3_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ code: 'FCGI_OPEN_FILES_EXCEEDED', scope: 'server' });
    expect(told[0]!.message).toContain(`All ${highest + 1} files`);
    closeSync(highest);
    await pass(2_000);
    expect(openSync('/dev/null', 'r')).toBe(highest);
    await pass(2_000);
    expect(told).toHaveLength(2);
    watch.stop();
    await pass(2_000);
    expect(told).toHaveLength(2);
    closeSync(highest);
  },
);
