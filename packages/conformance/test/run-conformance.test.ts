import { describe, expect, onTestFinished, test } from 'vitest';
import { checks, readExpectedFailures, runConformance } from '../src/index.ts';
import type { Fault } from './support/faults.ts';
import { Reference } from './support/reference.ts';

async function serve(fault?: Fault): Promise<string> {
  const reference = new Reference(fault);
  onTestFinished(() => reference.die());
  return reference.listen();
}

test('at least 200 checks have a number each, in ascending order, and say all there is to say', () => {
  const ids = checks.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(200);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  expect(new Set(checks.map(({ group, title }) => `${group}: ${title}`)).size).toBe(checks.length);
  for (const { right, source, title } of checks) {
    expect(
      [right, source, title].every((text) => text.length > 1),
      title,
    ).toBe(true);
  }
});

test('a failure has the records that passed, and what would be right', async () => {
  const address = await serve('no-stdout-end');
  const { results } = await runConformance({ only: [112], target: { address } });
  expect(results[0]).toMatchObject({
    outcome: 'failed',
    reason: 'The last STDOUT record before END_REQUEST is not empty.',
  });
  expect(results[0]?.transcripts[0]?.slice(0, 2)).toEqual([
    '> BEGIN_REQUEST 1: RESPONDER, close after it',
    expect.stringMatching(/^> PARAMS 1: \d+ bytes$/),
  ]);
});

test('a level leaves out what is beyond it', async () => {
  const { results } = await runConformance({
    level: 'must',
    only: [101, 109, 146],
    target: { address: await serve() },
  });
  expect(results.map(({ id }) => id)).toEqual([101]);
});

test('an expected failure is none, and one that passes is named', async () => {
  const address = await serve('no-stdout-end');
  const expectedFailures = readExpectedFailures(
    '# known\n\n112 The stream has no end.\n101 It does not answer.\n',
  );
  const report = await runConformance({ expectedFailures, only: [101, 112], target: { address } });
  expect(report).toMatchObject({ unexpectedFailures: [], unexpectedPasses: [101] });
});

test.each(['112', 'twelve reason', '112 a\n112 b'])(
  'a list of expected failures must make sense: %j',
  (text) => {
    expect(() => readExpectedFailures(text)).toThrow(
      expect.objectContaining({ code: 'FCGI_EXPECTATION_INVALID' }),
    );
  },
);

describe('nothing is checked where', () => {
  test('no check has the number', async () => {
    const run = runConformance({ only: [1], target: { address: await serve() } });
    await expect(run).rejects.toMatchObject({ code: 'FCGI_CHECK_UNKNOWN' });
  });

  test('nothing listens', async () => {
    const run = runConformance({ target: { address: 'unix:/nowhere/app.sock' } });
    await expect(run).rejects.toMatchObject({ code: 'FCGI_CHECK_TARGET_UNREACHABLE' });
  });

  test('the program that is to listen ends', async () => {
    const run = runConformance({ target: { spawn: 'sh -c "echo no config >&2; exit 3" {socket}' } });
    await expect(run).rejects.toThrow('exit status 3');
  });

  test.each(['app.sock', '127.0.0.1:0', '127.0.0.1:70000', '[127.0.0.1]:9000'])(
    'the address is %s',
    async (address) => {
      await expect(runConformance({ target: { address } })).rejects.toMatchObject({
        code: 'FCGI_CHECK_ADDRESS_INVALID',
      });
    },
  );
});

test('without the probe routes, their checks are skipped with the reason', async () => {
  const address = await serve('bodies-as-nothing');
  const { results } = await runConformance({ only: [400], target: { address } });
  expect(results).toMatchObject([
    { outcome: 'skipped', reason: 'The application does not offer /echo of the probe contract.' },
  ]);
});
