import type { MemoryUse } from '../contenders/parts/program.ts';
import { type LoadConnection, openLoadConnection } from '../fastcgi-load.ts';
import { compare, type Goal } from '../result.ts';
import { interleave } from '../rounds.ts';
import type { Kind } from './kind.ts';

/** Connections that are opened at once. */
const BATCH = 100;
/** Each round starts the contenders anew, which takes seconds; memory hardly varies. */
const ROUNDS = 2;

const names = ['floor', 'node'];
const goals: Goal[] = [
  { of: 'node', against: 'floor', atMost: 1_024, how: 'difference' },
  { of: 'node-heap', against: 'floor-heap', atMost: 1_024, how: 'difference' },
];

/** What a kept connection costs that has had a request and waits for the next one. */
export const idle: Kind = {
  name: 'idle',
  title: 'Memory of idle kept connections, each after one request',
  unit: 'bytes/connection',
  run: async (bench) => {
    const { idleConnections, rounds } = bench.options.scale;
    const taking = names.filter((name) => bench.takesPart(name));
    const titles = new Map<string, string>();
    const samples = await interleave(taking, Math.min(rounds, ROUNDS), async (name) => {
      const application = await bench.startContender(name, 'hello');
      titles.set(name, application.contender.title);
      const before = await application.memory();
      const connections = await openConnections(application.socketPath, idleConnections);
      const after = await application.memory();
      for (const connection of connections) connection.close();
      await bench.stopAll();
      return growth(before, after, idleConnections);
    });
    const rows = [...samples].flatMap(([name, uses]) => {
      const title = titles.get(name) ?? name;
      return [
        { name, title: `${title}: process`, figures: uses.map(({ resident }) => resident) },
        { name: `${name}-heap`, title: `${title}: JavaScript`, figures: uses.map(({ heap }) => heap) },
      ];
    });
    return { rows, comparisons: compare(goals, rows), notes: [] };
  },
};

async function openConnections(path: string, count: number): Promise<LoadConnection[]> {
  const connections: LoadConnection[] = [];
  while (connections.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - connections.length) }, async () => {
      const connection = await openLoadConnection(path);
      await connection.run(1);
      return connection;
    });
    connections.push(...(await Promise.all(batch)));
  }
  return connections;
}

function growth(before: MemoryUse, after: MemoryUse, connections: number): MemoryUse {
  return {
    heap: (after.heap - before.heap) / connections,
    resident: (after.resident - before.resident) / connections,
  };
}
