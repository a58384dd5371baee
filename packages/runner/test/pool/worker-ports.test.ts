import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PortUser, WorkerPorts } from '../../src/pool/worker-ports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A worker that writes down its answers. */
function user() {
  const answers: string[] = [];
  const worker: PortUser = { answerPort: (where, is) => answers.push(`${where} ${is}`) };
  return { answers, worker };
}

function port() {
  return { close: vi.fn(), fd: 20 };
}

const message = (event: 'closed' | 'opened' | 'wanted', where = ':: 9090') =>
  ({ event, fcgi: 'port', where }) as const;

/** Two workers, of which the first has opened a port. */
function opened(handle: unknown) {
  const ports = new WorkerPorts();
  const [one, two] = [user(), user()];
  for (const { worker } of [one, two]) ports.joined(worker);
  ports.heard(one.worker, message('opened'), handle);
  return { one, ports, two };
}

test('a port is open for as long as one of its workers has it', () => {
  const handle = port();
  const { one, ports, two } = opened(handle);
  ports.heard(two.worker, message('wanted'), undefined);
  expect(two.answers).toEqual([':: 9090 shared']);
  ports.left(one.worker);
  expect(handle.close).not.toHaveBeenCalled();
  ports.heard(two.worker, message('closed'), undefined);
  expect(handle.close).toHaveBeenCalledTimes(1);
});

test('a port of one worker alone is nothing for the others', () => {
  const { ports, two } = opened(undefined);
  ports.heard(two.worker, message('wanted'), undefined);
  expect(two.answers).toEqual([':: 9090 exclusive']);
  expect(ports.held()).toEqual([]);
});

test('of two workers that open a port at the same time, the second waits until the first has told', () => {
  const { one, ports, two } = opened(port());
  ports.heard(two.worker, message('wanted', ':: 9091'), undefined);
  expect(two.answers).toEqual([]);
  ports.heard(one.worker, message('opened', ':: 9091'), port());
  vi.runAllTimers();
  expect(two.answers).toEqual([':: 9091 shared']);
});

test('a port that no worker has is unknown: at once for a worker alone, and otherwise after a moment', () => {
  const { one, ports, two } = opened(port());
  ports.heard(two.worker, message('wanted', ':: 9091'), undefined);
  vi.runAllTimers();
  expect(two.answers).toEqual([':: 9091 unknown']);
  ports.left(one.worker);
  ports.heard(two.worker, message('wanted'), undefined);
  expect(two.answers).toEqual([':: 9091 unknown', ':: 9090 unknown']);
});

test('no application fills the descriptors of the parent', () => {
  const { one, ports } = opened(port());
  const handles = Array.from({ length: 100 }, port);
  for (const [index, handle] of handles.entries())
    ports.heard(one.worker, message('opened', `:: ${index}`), handle);
  expect(ports.held()).toHaveLength(64);
  expect(handles.filter(({ close }) => close.mock.calls.length > 0)).toHaveLength(37);
});
