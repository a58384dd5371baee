import { expect, test, vi } from 'vitest';
import { WorkerPorts } from '../../src/pool/worker-ports.ts';
import { WorkerProcess } from '../../src/pool/worker-process.ts';

const spawn = vi.hoisted(() => vi.fn());
vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), spawn }));

const options = {
  args: [],
  file: '/app.js',
  choice: { flag: '--port' },
  recycle: {},
  startTimeout: 1,
  stopTimeout: 1,
};
const sockets = { requests: 0, upgrades: undefined };
const launch = { environment: {}, folder: undefined, identity: undefined, later: {} };

test('a worker that the system does not start has ended, and is one to be tried again', async () => {
  spawn.mockImplementation(() => {
    throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
  });
  const how = await new Promise<string>((exited) => {
    const worker = new WorkerProcess(sockets, options, launch, {
      exited,
      message: () => {},
      ports: new WorkerPorts(),
    });
    worker.stop(1);
    worker.kill();
    expect(worker.pid).toBeUndefined();
  });
  expect(how).toMatch(/^it could not be started: .* memory \(ENOMEM\)/);
});

test('a worker for which there is no folder has ended once', async () => {
  const { spawn: real } = await vi.importActual<typeof import('node:child_process')>('node:child_process');
  spawn.mockImplementation(real);
  const exited = vi.fn();
  const nowhere = { ...launch, folder: '/no/such/folder' };
  new WorkerProcess(sockets, options, nowhere, { exited, message: () => {}, ports: new WorkerPorts() });
  await vi.waitFor(() => expect(exited).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(exited).toHaveBeenCalledTimes(1);
  expect(exited.mock.lastCall?.[0]).toBe(
    'it could not be started: its folder /no/such/folder does not exist any more. Make it again, or start fcgi in another one or with --chdir.',
  );
});
