import { expect, test } from 'vitest';
import type { PoolCommand } from '../../src/pool/pool-command.ts';
import { PoolState } from '../../src/pool/pool-state.ts';

/** Commands in short: `spawn 1`, `stop 2`, `timer 300`, `say resumed`, `await-connection`, `done`. */
function short(commands: readonly PoolCommand[]): string[] {
  return commands.map((command) => {
    if (command.kind === 'timer') return `timer ${command.at}`;
    if (command.kind === 'say') return `say ${command.what.event}`;
    if (command.kind === 'spawn' || command.kind === 'stop') return `${command.kind} ${command.id}`;
    return command.kind;
  });
}

/** A pool of two without workers. */
function inactive(): PoolState {
  const pool = new PoolState(2, { inactive: true, onDemand: true });
  expect(short(pool.tick(0))).toEqual(['await-connection', 'say started']);
  return pool;
}

/** The same with workers 1 and 2. */
function active(): PoolState {
  const pool = inactive();
  pool.connectionArrived(1);
  pool.ready(1, 2);
  pool.ready(2, 3);
  return pool;
}

test('no worker starts until a connection comes; then a first one, and when that serves the others', () => {
  const pool = inactive();
  expect(pool.isInactive).toBe(true);
  expect(short(pool.tick(5))).toEqual([]);
  expect(short(pool.connectionArrived(10))).toEqual(['spawn 1']);
  expect([pool.isInactive, pool.isResuming]).toEqual([false, true]);
  expect(short(pool.connectionArrived(11))).toEqual([]);
  expect(short(pool.ready(1, 20))).toEqual(['spawn 2']);
  expect(pool.isResuming).toBe(false);
  expect(short(pool.ready(2, 30))).toEqual(['say resumed']);
});

test('it loses its workers when all workers are idle, and the next connection loads the application anew', () => {
  const pool = active();
  expect(short(pool.idle(1, true, 100))).toEqual([]);
  expect(short(pool.idle(1, false, 110))).toEqual([]);
  expect(short(pool.idle(2, true, 120))).toEqual([]);
  expect(short(pool.idle(1, true, 130))).toEqual(['stop 1', 'stop 2', 'await-connection', 'say idle']);
  expect(short([...pool.exited(1, 140), ...pool.recycle(2, 'maxAge', 141)])).toEqual([]);
  // Also while the last of the old ones still lets a request end.
  const spawned = pool.connectionArrived(150);
  expect(spawned).toEqual([{ kind: 'spawn', id: 3, generation: 2, number: 0 }]);
  expect(short(pool.exited(2, 160))).toEqual([]);
  expect(short(pool.ready(3, 170))).toEqual(['spawn 4']);
  expect(short(pool.ready(4, 180))).toEqual(['say resumed']);
});

test('it does not lose its workers while a worker starts', () => {
  const pool = active();
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 3']);
  expect(short([...pool.idle(1, true, 110), ...pool.idle(2, true, 110)])).toEqual([]);
  expect(short(pool.ready(3, 120))).toEqual(['stop 1']);
  expect(short(pool.idle(3, true, 20_200))).toEqual(['stop 2', 'stop 3', 'await-connection', 'say idle']);
});

test('workers that were not started on demand do not end because one of them says that it is idle', () => {
  const pool = new PoolState(1);
  pool.tick(0);
  pool.ready(1, 1);
  expect(short(pool.idle(1, true, 100))).toEqual([]);
  expect(short(pool.connectionArrived(110))).toEqual([]);
});

test('a start that fails is tried again by the next connection, after pauses that grow up to a bound', () => {
  const pool = inactive();
  let now = 0;
  const pauses: number[] = [];
  for (let id = 1; id <= 11; id += 1) {
    expect(short(pool.connectionArrived(now))).toEqual([`spawn ${id}`]);
    const [, news] = pool.exited(id, now);
    const delay = news?.kind === 'say' && news.what.event === 'resume-failed' ? news.what.delay : Number.NaN;
    pauses.push(delay);
    expect(short(pool.connectionArrived(now + delay - 1))).toEqual([]);
    expect(pool.isInactive).toBe(true);
    now += delay;
  }
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  // What failed may be mended.
  pool.connectionArrived(now);
  pool.exited(12, now);
  expect(short(pool.reload(now + 1))).toEqual(['say idle']);
  expect(short(pool.connectionArrived(now + 2))).toEqual(['spawn 13']);
});

test('a reload is heeded without workers, while they start, and with them', () => {
  const pool = inactive();
  expect(short(pool.reload(1))).toEqual(['say idle']);
  expect(short(pool.connectionArrived(2))).toEqual(['spawn 1']);
  expect(short(pool.reload(3))).toEqual([]);
  expect(short(pool.ready(1, 4))).toEqual(['spawn 2', 'spawn 3']);
  expect(short(pool.ready(3, 5))).toEqual([]);
  expect(short(pool.ready(2, 6))).toEqual(['stop 1', 'spawn 4']);
  expect(short(pool.ready(4, 7))).toEqual(['stop 3']);
  expect(short([1, 3].flatMap((id) => pool.closed(id, 7)))).toEqual(['say started', 'say reloaded']);
  expect(short(pool.reload(8))).toEqual(['spawn 5']);
  expect(short(pool.exited(5, 9))).toEqual(['say reload-failed']);
});

test('the end comes at once without workers, and in spite of connections while they start', () => {
  expect(short(inactive().end(1)).at(0)).toBe('done');
  const pool = inactive();
  pool.connectionArrived(1);
  expect(short(pool.end(2))).toEqual(['stop 1']);
  expect(pool.isResuming).toBe(false);
  expect(short(pool.connectionArrived(3))).toEqual([]);
  expect(short(pool.exited(1, 4))).toEqual(['done']);
});

test('one that takes the place of another starts with workers, and fails where it cannot', () => {
  const pool = new PoolState(2, { onDemand: true });
  expect(short(pool.tick(0))).toEqual(['spawn 1']);
  expect(short(pool.exited(1, 1))).toEqual(['done']);
});

test('whatever happens, it awaits a connection, or there are workers that serve, or one on its way or due', () => {
  const size = 3;
  for (let seed = 1; seed <= 100; seed += 1) {
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const pool = new PoolState(size, { inactive: true, onDemand: true });
    const phases = new Map<number, 'ready' | 'starting' | 'stopping'>();
    let now = 0;
    const count = (...wanted: string[]) => [...phases.values()].filter((one) => wanted.includes(one)).length;
    const apply = (commands: readonly PoolCommand[]) => {
      for (const command of commands) {
        if (command.kind === 'spawn') phases.set(command.id, 'starting');
        if (command.kind === 'stop') phases.set(command.id, 'stopping');
      }
      expect(count('ready', 'starting'), `seed ${seed}`).toBeLessThanOrEqual(2 * size);
      if (pool.isInactive) expect(count('ready', 'starting'), `seed ${seed}`).toBe(0);
      else expect(count('ready', 'starting'), `seed ${seed}`).toBeGreaterThan(0);
    };
    apply(pool.tick(now));
    for (let step = 0; step < 100; step += 1) {
      // Pauses are over by then.
      now += 40_000;
      apply(pool.tick(now));
      const ids = [...phases.keys()];
      const id = ids[random(ids.length)] ?? 0;
      const action = random(7);
      if (action === 0 && phases.get(id) === 'starting') {
        phases.set(id, 'ready');
        apply(pool.ready(id, now));
      } else if (action === 1 && phases.has(id)) {
        phases.delete(id);
        apply(pool.exited(id, now));
      } else if (action === 2) apply(pool.reload(now));
      else if (action === 3) apply(pool.recycle(id, 'maxAge', now));
      else if (action === 4) apply(pool.idle(id, random(3) > 0, now));
      else apply(pool.connectionArrived(now));
    }
  }
});
