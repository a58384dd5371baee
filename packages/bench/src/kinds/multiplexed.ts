import { openLoadConnection } from '../fastcgi-load.ts';
import { measureGenerations } from '../generations.ts';
import { compare, formerGoals } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import type { Kind } from './kind.ts';

/**
 * What a request costs while others wait on the same connection. They are sent one by one, as the oldest one is
 * answered: system calls are the same for both, so that what is left is the cost of having many.
 */
export const multiplexed: Kind = {
  name: 'multiplexed',
  title: 'A request on one connection, alone and with others active',
  unit: 'µs CPU/request',
  run: async (bench) => {
    const { concurrentRequests, multiplexedRequests } = bench.options.scale;
    const notes: string[] = [];
    const measured = await measureGenerations(bench, {
      start: async () => {
        const setups = [];
        for (const concurrent of [1, concurrentRequests]) {
          for (const application of await bench.startContenders(['held'], String(concurrent), notes)) {
            const connection = await openLoadConnection(application.socketPath, concurrent);
            await connection.run(multiplexedRequests);
            setups.push({ application, concurrent, connection });
          }
        }
        return setups;
      },
      measure: ({ application, connection }) =>
        bench.measure(application, () => connection.run(multiplexedRequests)),
    });
    const rows = measured.map(([{ application, concurrent }, samples]) => ({
      name: application.contender.name.replace('held', String(concurrent)),
      title: `${application.contender.title}: ${concurrent === 1 ? 'alone' : `${concurrent} at once`}`,
      figures: samples.map(({ cpu }) => cpu.total / multiplexedRequests),
      systemShare: spreadOf(samples.map(({ cpu }) => cpu.system / cpu.total)).median,
    }));
    const goal = { of: String(concurrentRequests), against: '1', atMost: 1.2 };
    return { rows, comparisons: compare([goal, ...formerGoals(rows)], rows), notes };
  },
};
