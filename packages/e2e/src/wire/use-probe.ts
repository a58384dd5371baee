import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type ProbeOptions, ProbeProcess, type Transport } from './probe-process.ts';

/**
 * One probe for all tests of a `describe`. After each test its connections are closed and it must still answer; at
 * the end it must stop with exit status 0.
 *
 * @returns a function that gives the probe, for use within tests
 */
export function useProbe(transport: Transport, options: ProbeOptions = {}): () => ProbeProcess {
  let probe: ProbeProcess | undefined;
  const current = () => {
    if (probe === undefined) throw new Error('The probe is there within tests only.');
    return probe;
  };
  beforeAll(async () => {
    probe = await ProbeProcess.start(transport, options);
  });
  afterEach(async () => {
    current().closeConnections();
    await expectToServe(current());
  });
  afterAll(() => current().stop());
  return current;
}

/** Runs something with a probe of its own, which must serve afterwards and stop with exit status 0. */
export async function withProbe(
  transport: Transport,
  use: (probe: ProbeProcess) => Promise<void>,
  options: ProbeOptions = {},
): Promise<void> {
  const probe = await ProbeProcess.start(transport, options);
  try {
    await use(probe);
    probe.closeConnections();
    await expectToServe(probe);
  } catch (error) {
    // Where the process died, that is the cause of everything else.
    await probe.stop().catch((second: unknown) => {
      throw probe.exit === 'exit status 0' ? error : new AggregateError([error, second], String(second));
    });
    throw error;
  }
  await probe.stop();
}

/** The probe answers a plain request on a new connection, completely. */
export async function expectToServe(probe: ProbeProcess): Promise<void> {
  const answer = await probe.ask('/echo?plain', { params: [['PROBE_MARK', 'still here']] });
  expect(answer.records).toBe('6 6e 3');
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ path: '/echo', bodyLength: 0, params: { PROBE_MARK: 'still here' } });
}
