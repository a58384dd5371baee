import { expect, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { inMebibytes, MEBIBYTE, tell, warmUp } from '../../src/wire/memory.ts';
import { type ProbeProcess, TRANSPORTS } from '../../src/wire/probe-process.ts';
import { seedFrom } from '../../src/wire/random.ts';
import { request } from '../../src/wire/requests.ts';
import { Soak } from '../../src/wire/soak.ts';
import { withProbe } from '../../src/wire/use-probe.ts';

/** Over all transports. For a longer run: `SOAK_REQUESTS=100000000`. */
const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 200_000) / TRANSPORTS.length;
/** The first part warms up, and memory is looked at after each. */
const PARTS = 4;
const WORKERS = 24;
/** Requests that the application serves at once. */
const PLACES = 1_024;
const TIME_LIMIT = Math.max(300_000, REQUESTS * 2);
/** What may be in use more at the end than after warming up: less than 28 bytes for each request. */
const LIVE_GROWTH = 2 * MEBIBYTE;
/** The most that the process may have from the kernel. */
const RESIDENT = 256 * MEBIBYTE;

/** As many requests at once as there may be: none of the places is lost. */
async function expectAllPlaces(probe: ProbeProcess): Promise<void> {
  const connection = await probe.connect();
  for (let id = 1; id <= PLACES; id += 1) connection.send(request('/slow?ms=500', { id }));
  for (let id = 1; id <= PLACES; id += 1) expect((await connection.answer(id)).text).toBe('slow');
  probe.forget(connection);
}

test.each(TRANSPORTS)(
  `${REQUESTS.toLocaleString('en')} requests of all kinds over %s are answered, and leave nothing behind`,
  async (transport) => {
    const seed = seedFrom('SOAK_SEED');
    process.stdout.write(`SOAK_SEED=${seed}\n`);
    const soak = async (probe: ProbeProcess) => {
      await warmUp(probe);
      const sockets = probe.openSockets;
      const live: number[] = [];
      const resident: number[] = [];
      for (let part = 0; part < PARTS; part += 1) {
        const requests = REQUESTS / PARTS;
        const { problems, ...counts } = await new Soak(probe, {
          requests,
          seed: seed + part * WORKERS,
          workers: WORKERS,
        }).run();
        tell('soak', JSON.stringify(counts));
        expect(problems).toEqual([]);
        expect(counts.answered + counts.abandoned + counts.broken).toBe(requests);
        await until(() => probe.openSockets <= sockets || undefined, { what: 'end of all connections' });
        live.push(await probe.liveBytes());
        resident.push(probe.residentBytes);
      }
      tell(
        'soak',
        `${live.map(inMebibytes).join(', ')} in use, ${resident.map(inMebibytes).join(', ')} resident`,
      );
      await expectAllPlaces(probe);
      expect(live.at(-1)! - live[0]!).toBeLessThan(LIVE_GROWTH);
      expect(Math.max(...resident)).toBeLessThan(RESIDENT);
    };
    await withProbe(transport, soak, { reportsMemory: true });
  },
  TIME_LIMIT,
);
