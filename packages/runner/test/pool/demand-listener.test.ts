import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PassedConnection } from '../../src/passed-connection.ts';
import { DemandListener } from '../../src/pool/demand-listener.ts';
import { openSocket } from '../../src/pool/held-socket.ts';
import { folderWith } from '../support/runner.ts';

const spawn = vi.hoisted(() => vi.fn());
vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), spawn }));

test('it tries again where the system has no room, and leaves the socket to others when it is closed', async () => {
  const path = join(await folderWith({}), 's');
  const { spawn: real } = await vi.importActual<typeof import('node:child_process')>('node:child_process');
  spawn.mockImplementation(real);
  const held = await openSocket(path, {});
  onTestFinished(held.close);
  spawn.mockImplementationOnce(() => {
    throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
  });
  const first = connect(path);
  await once(first, 'connect');
  const say = vi.fn();
  const come: PassedConnection[] = [];
  const listener = new DemandListener({
    backlog: undefined,
    accepted: (connection) => {
      come.push(connection);
      listener.close();
    },
    say,
    socket: held.fd,
  });
  await expect.poll(() => come.length).toBe(1);
  expect(say.mock.calls).toEqual([
    [expect.stringMatching(/^cannot wait for connections yet, which are kept: .* memory \(ENOMEM\)/)],
  ]);
  come[0]?.close();
  await once(first.resume(), 'close');
  expect(existsSync(path)).toBe(true);
  // Nobody accepts it, and it is not refused.
  const second = connect(path);
  await once(second, 'connect');
  expect(come).toHaveLength(1);
  const accepted = vi.fn((connection: PassedConnection) => connection.close());
  const next = new DemandListener({ backlog: undefined, accepted, say, socket: held.fd });
  await once(second.resume(), 'close');
  next.close();
  expect(accepted).toHaveBeenCalledTimes(1);
});
