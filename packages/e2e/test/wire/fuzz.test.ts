import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Fuzzer } from '../../src/wire/fuzz.ts';
import { inMebibytes, MEBIBYTE, tell, warmUp } from '../../src/wire/memory.ts';
import type { ProbeProcess } from '../../src/wire/probe-process.ts';
import { seedFrom } from '../../src/wire/random.ts';
import { expectToServe, withProbe } from '../../src/wire/use-probe.ts';

/** For hours: `FUZZ_SECONDS=36000`. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 25);
/** To begin with the streams that a failure names: `FUZZ_SEED=… FUZZ_FROM=…`. */
const FIRST = Number(process.env['FUZZ_FROM'] ?? 0);
const BATCH = 200;
/** Streams after which the process has what it needs for this kind of work. */
const WARM_UP = 2_000;
const NEIGHBOUR_EVERY = 20;

/** Sends some streams; meanwhile another web server is answered, rightly and whole. */
async function runWithNeighbour(probe: ProbeProcess, fuzzer: Fuzzer): Promise<void> {
  let running = true;
  const neighbour = async () => {
    while (running) {
      await expectToServe(probe);
      await delay(NEIGHBOUR_EVERY);
    }
  };
  const run = fuzzer.run(BATCH).finally(() => {
    running = false;
  });
  await Promise.all([run, neighbour()]);
}

test(
  `${SECONDS} seconds of changed record streams leave a server that answers, in as much memory as before`,
  async () => {
    const seed = seedFrom('FUZZ_SEED');
    process.stdout.write(`FUZZ_SEED=${seed}\n`);
    const fuzz = async (probe: ProbeProcess) => {
      await warmUp(probe);
      const fuzzer = new Fuzzer(probe, seed, FIRST);
      const runBatch = async () => {
        const where = `FUZZ_SEED=${seed} FUZZ_FROM=${fuzzer.next}`;
        await runWithNeighbour(probe, fuzzer).catch((error: unknown) => {
          throw new Error(`${where}\n${probe.output}`, { cause: error });
        });
        expect(fuzzer.problems, where).toEqual([]);
        expect(probe.exit, `${where}\n${probe.output}`).toBeUndefined();
      };
      while (fuzzer.next < FIRST + WARM_UP) await runBatch();
      const [live, resident] = [await probe.liveBytes(), probe.residentBytes];
      const end = performance.now() + SECONDS * 1_000;
      while (performance.now() < end) await runBatch();
      const [moreLive, moreResident] = [(await probe.liveBytes()) - live, probe.residentBytes - resident];
      tell(
        'fuzzing',
        `${fuzzer.next - FIRST} streams, ${inMebibytes(moreLive)} more in use, ${inMebibytes(moreResident)} more resident`,
      );
      expect(moreLive).toBeLessThan(4 * MEBIBYTE);
      expect(moreResident).toBeLessThan(32 * MEBIBYTE);
    };
    await withProbe('unix', fuzz, {
      environment: { PROBE_INCOMPLETE_TIMEOUT: '1' },
      reportsMemory: true,
    });
  },
  (SECONDS + 120) * 1_000,
);
