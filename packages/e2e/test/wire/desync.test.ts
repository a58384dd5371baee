import { expect, onTestFinished, test } from 'vitest';
import { Episodes } from '../../src/wire/desync/episodes.ts';
import { tell } from '../../src/wire/memory.ts';
import { seedFrom } from '../../src/wire/random.ts';

/** For hours: `DESYNC_SECONDS=36000`. */
const SECONDS = Number(process.env['DESYNC_SECONDS'] ?? 60);
/** To begin with the episodes that a failure names: `DESYNC_SEED=… DESYNC_FROM=…`. */
const FIRST = Number(process.env['DESYNC_FROM'] ?? 0);
/** Problems that a failure shows. */
const SHOWN = 20;

test(
  `${SECONDS} seconds of requests and answers within bodies: none of them is taken for a request or an answer`,
  async () => {
    const seed = seedFrom('DESYNC_SEED');
    process.stdout.write(`DESYNC_SEED=${seed}\n`);
    const episodes = await Episodes.start(seed, FIRST);
    onTestFinished(() => episodes.stop());
    const start = performance.now();
    await episodes.run(SECONDS * 1_000);
    const where = `DESYNC_SEED=${seed} DESYNC_FROM=${episodes.suspect}`;
    expect(episodes.problems.slice(0, SHOWN), where).toEqual([]);
    const { exchanges, outcomes } = episodes;
    const minutes = (performance.now() - start) / 60_000;
    tell('desynchronisation', `${exchanges} exchanges, ${Math.round(exchanges / minutes)} a minute`);
    tell('desynchronisation', JSON.stringify(Object.fromEntries([...outcomes].sort())));
    // Exchanges that all fail would prove little.
    expect(outcomes.size).toBeGreaterThan(10);
  },
  (SECONDS + 120) * 1_000,
);
