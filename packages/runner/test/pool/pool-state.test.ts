import { expect, test } from 'vitest';
import type { PoolCommand } from '../../src/pool/pool-command.ts';
import { PoolState } from '../../src/pool/pool-state.ts';

/** Commands in short: `spawn 1`, `stop 2`, `timer 300`, `say started`, `await-connection`, `done`. */
function short(commands: readonly PoolCommand[]): string[] {
  return commands.map((command) => {
    if (command.kind === 'timer') return `timer ${command.at}`;
    if (command.kind === 'say') return `say ${command.what.event}`;
    if (command.kind === 'done') return command.failed ? 'done failed' : 'done';
    if (command.kind === 'await-connection') return 'await-connection';
    return `${command.kind} ${command.id}`;
  });
}

/** A pool whose workers 1 to `size` are ready. */
function running(size: number): PoolState {
  const pool = new PoolState(size);
  pool.tick(0);
  for (let id = 1; id <= size; id += 1) pool.ready(id, 0);
  return pool;
}

test('the first worker is alone until it is ready, so that what fails fails once', () => {
  const pool = new PoolState(3);
  expect(short(pool.tick(0))).toEqual(['spawn 1']);
  expect(short(pool.ready(1, 5))).toEqual(['spawn 2', 'spawn 3']);
  expect(short(pool.ready(3, 6))).toEqual([]);
  expect(short(pool.ready(2, 7))).toEqual(['say started']);
});

test('an application that does not start even once is a failure', () => {
  const pool = new PoolState(3);
  pool.tick(0);
  expect(short(pool.exited(1, 5))).toEqual(['done failed']);
});

test('one of several applications that does not start is tried again, with pauses that grow', () => {
  const pool = new PoolState(2, { keepsTrying: true });
  pool.tick(0);
  expect(short(pool.exited(1, 5))).toEqual(['say start-failed', 'timer 105']);
  expect(short(pool.tick(104))).toEqual(['timer 105']);
  expect(short(pool.tick(105))).toEqual(['spawn 2']);
  expect(short(pool.exited(2, 110))).toEqual(['say start-failed', 'timer 310']);
  // What was wrong may be put right.
  expect(short(pool.reload(120))).toEqual(['spawn 3']);
  expect(short(pool.ready(3, 130))).toEqual(['spawn 4']);
  expect(short(pool.ready(4, 140))).toEqual(['say started']);
  expect(short(pool.end(150))).toEqual(['stop 3', 'stop 4']);
});

test('who keeps trying ends when it is to end', () => {
  const pool = new PoolState(1, { keepsTrying: true });
  pool.tick(0);
  pool.exited(1, 5);
  expect(short(pool.end(50))).toEqual(['done failed']);
});

test('a worker is outdated when its generation is to be replaced', () => {
  const pool = running(1);
  expect(pool.isOutdated(1)).toBe(false);
  pool.reload(100);
  expect(pool.isOutdated(1)).toBe(true);
  expect(pool.isOutdated(2)).toBe(false);
});

test('a reload starts one new worker, then the others, and stops each old one when a new one is ready', () => {
  const pool = running(3);
  expect(short(pool.reload(100))).toEqual(['spawn 4']);
  expect(short(pool.ready(4, 200))).toEqual(['stop 1', 'spawn 5', 'spawn 6']);
  expect(short(pool.ready(6, 300))).toEqual(['stop 3']);
  expect(short(pool.exited(1, 310))).toEqual([]);
  expect(short(pool.ready(5, 320))).toEqual(['stop 2']);
  expect(short(pool.closed(2, 321))).toEqual([]);
  expect(short(pool.closed(3, 322))).toEqual(['say reloaded']);
  expect(short([...pool.exited(2, 330), ...pool.exited(3, 331)])).toEqual([]);
});

test('a reload is over when no old worker takes connections: also one that ends without having said so', () => {
  const pool = running(1);
  pool.reload(100);
  expect(short(pool.ready(2, 200))).toEqual(['stop 1']);
  expect(short(pool.closed(2, 210))).toEqual([]);
  expect(short(pool.exited(1, 300))).toEqual(['say reloaded']);
  expect(short(pool.closed(1, 310))).toEqual([]);
});

test('a reload that fails leaves the old workers alone, and may be tried again', () => {
  const pool = running(2);
  expect(short(pool.reload(100))).toEqual(['spawn 3']);
  expect(short(pool.exited(3, 200))).toEqual(['say reload-failed']);
  expect(short(pool.reload(300))).toEqual(['spawn 4']);
  expect(short(pool.ready(4, 400))).toEqual(['stop 1', 'spawn 5']);
});

test('a reload for a new socket that fails is tried again, with pauses that grow: the old workers do not serve it', () => {
  const pool = running(2);
  expect(short(pool.socketChanged(100))).toEqual(['spawn 3']);
  expect(short(pool.exited(3, 200))).toEqual(['say reload-failed', 'timer 300']);
  expect(short(pool.tick(300))).toEqual(['spawn 4']);
  expect(short(pool.exited(4, 400))).toEqual(['say reload-failed', 'timer 600']);
  // What was wrong may be put right.
  expect(short(pool.reload(500))).toEqual(['spawn 5']);
  expect(short(pool.ready(5, 510))).toEqual(['stop 1', 'spawn 6']);
  expect(short(pool.ready(6, 520))).toEqual(['stop 2']);
  pool.closed(1, 530);
  expect(short(pool.closed(2, 530))).toEqual(['say reloaded']);
  // Now the old ones do.
  expect(short(pool.reload(600))).toEqual(['spawn 7']);
  expect(short(pool.exited(7, 610))).toEqual(['say reload-failed']);
});

test('a reload while the first worker starts, or that of another reload, follows when it is ready: it may have read old files', () => {
  const pool = running(1);
  expect(short(pool.reload(100))).toEqual(['spawn 2']);
  expect(short(pool.reload(110))).toEqual([]);
  expect(short(pool.ready(2, 200))).toEqual(['stop 1', 'spawn 3']);
  expect(short(pool.ready(3, 210))).toEqual(['stop 2']);
  expect(short([...pool.closed(1, 211), ...pool.closed(2, 211)])).toEqual(['say reloaded']);
  const early = new PoolState(1);
  // Nothing has been loaded yet.
  early.reload(0);
  early.tick(0);
  expect(short(early.reload(10))).toEqual([]);
  expect(short(early.ready(1, 20))).toEqual(['spawn 2']);
  expect(short(early.ready(2, 30))).toEqual(['stop 1']);
  expect(short(early.closed(1, 31))).toEqual(['say started', 'say reloaded']);
  const failing = running(1);
  failing.reload(100);
  failing.reload(110);
  expect(short(failing.exited(2, 120))).toEqual(['say reload-failed', 'spawn 3']);
});

test('a worker that crashes during a reload is replaced, by the new one where that was to replace it', () => {
  const pool = running(2);
  expect(short(pool.reload(20_000))).toEqual(['spawn 3']);
  expect(short(pool.exited(1, 20_001))).toEqual([]);
  expect(short(pool.exited(2, 20_002))).toEqual(['spawn 4']);
  expect(short(pool.exited(3, 20_003))).toEqual(['say reload-failed', 'spawn 5']);
});

test('a reload waits for a worker that it can replace', () => {
  const pool = running(1);
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 2']);
  expect(short(pool.reload(110))).toEqual([]);
  expect(short(pool.ready(2, 120))).toEqual(['stop 1', 'spawn 3']);
});

test('a reload ends the pause after crashes', () => {
  const pool = running(1);
  expect(short(pool.exited(1, 1))).toEqual(['spawn 2']);
  expect(short(pool.exited(2, 2))).toEqual(['timer 102']);
  expect(short(pool.reload(3))).toEqual(['spawn 3']);
});

test('a worker is recycled by one that replaces it when it is ready', () => {
  const pool = running(2);
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 3']);
  expect(short(pool.recycle(1, 'maxAge', 110))).toEqual([]);
  expect(short(pool.ready(3, 200))).toEqual(['stop 1']);
  expect(short(pool.recycle(1, 'maxAge', 210))).toEqual([]);
  expect(short(pool.exited(1, 300))).toEqual([]);
});

test('workers that are due at the same time are replaced one after the other', () => {
  const pool = running(3);
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 4']);
  expect(short([...pool.recycle(2, 'maxAge', 100), ...pool.recycle(3, 'maxAge', 100)])).toEqual([]);
  expect(short(pool.ready(4, 200))).toEqual(['stop 1', 'spawn 5']);
  expect(short(pool.exited(1, 210))).toEqual([]);
  expect(short(pool.ready(5, 300))).toEqual(['stop 2', 'spawn 6']);
  expect(short(pool.ready(6, 400))).toEqual(['stop 3']);
});

test('what a worker leaves is for the others of the latest generation, in turn', () => {
  const pool = new PoolState(2);
  pool.tick(0);
  expect(pool.successor()).toBeUndefined();
  pool.ready(1, 0);
  pool.ready(2, 0);
  expect([pool.successor(), pool.successor()].sort()).toEqual([1, 2]);
  pool.reload(100);
  pool.ready(3, 200);
  expect([pool.successor(), pool.successor()]).toEqual([3, 3]);
  pool.end(300);
  expect(pool.successor()).toBeUndefined();
});

test('a worker is recycled also where what was to replace it has ended before it was ready', () => {
  const pool = running(2);
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 3']);
  expect(short(pool.exited(3, 200))).toEqual(['spawn 4']);
  expect(short(pool.ready(4, 300))).toEqual(['stop 1']);
});

test('a worker that is due during a reload is recycled when that has failed, and the next reload counts', () => {
  const pool = running(2);
  expect(short(pool.reload(100))).toEqual(['spawn 3']);
  expect(short(pool.recycle(2, 'maxAge', 110))).toEqual([]);
  expect(short(pool.exited(3, 200))).toEqual(['say reload-failed', 'spawn 4']);
  expect(short(pool.ready(4, 300))).toEqual(['stop 2']);
  expect(short(pool.reload(400))).toEqual(['spawn 5']);
  expect(short(pool.ready(5, 500))).toEqual(['stop 1', 'spawn 6']);
  expect(short(pool.ready(6, 600))).toEqual(['stop 4']);
  expect(short([1, 2, 4].flatMap((id) => pool.closed(id, 610)))).toEqual(['say reloaded']);
});

test('workers of a reload that end before they are ready are started anew with pauses', () => {
  const pool = running(2);
  pool.reload(20_000);
  expect(short(pool.ready(3, 20_010))).toEqual(['stop 1', 'spawn 4']);
  expect(short(pool.exited(4, 20_020))).toEqual(['spawn 5']);
  expect(short(pool.exited(5, 20_030))).toEqual(['timer 20130']);
  expect(short(pool.tick(20_130))).toEqual(['spawn 6']);
  expect(short(pool.exited(6, 20_140))).toEqual(['say crash-loop', 'timer 20340']);
});

test('a worker that crashes while it is being recycled is not replaced twice', () => {
  const pool = running(2);
  expect(short(pool.recycle(1, 'maxAge', 100))).toEqual(['spawn 3']);
  expect(short(pool.exited(1, 110))).toEqual([]);
  expect(short(pool.ready(3, 200))).toEqual([]);
});

test('a crash is made good at once, a row of crashes with pauses that double up to a bound, and is told', () => {
  const pool = running(1);
  let now = 0;
  let id = 1;
  const pauses: number[] = [];
  const said: string[] = [];
  for (let crash = 0; crash < 14; crash += 1) {
    now += 1;
    let commands = pool.exited(id, now);
    said.push(...short(commands).filter((text) => text.startsWith('say')));
    const timer = commands.find((command) => command.kind === 'timer');
    pauses.push(timer === undefined ? 0 : timer.at - now);
    if (timer !== undefined) {
      expect(short(pool.tick(timer.at - 1))).toEqual([`timer ${timer.at}`]);
      now = timer.at;
      commands = pool.tick(now);
    }
    id += 1;
    expect(short(commands).at(-1)).toBe(`spawn ${id}`);
  }
  expect(pauses).toEqual([
    0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000,
  ]);
  expect(said).toHaveLength(12);
  pool.ready(id, now);
  // Long enough alive: it was no loop, and begins anew.
  expect(short(pool.exited(id, now + 10_000))).toEqual([`spawn ${id + 1}`]);
});

test('at the end all workers are stopped, and when they have gone it is over', () => {
  const pool = running(2);
  pool.reload(100);
  expect(short(pool.end(200))).toEqual(['stop 1', 'stop 2', 'stop 3']);
  expect(short(pool.ready(3, 210))).toEqual([]);
  expect(short(pool.reload(220))).toEqual([]);
  expect(short([...pool.exited(1, 300), ...pool.exited(3, 300)])).toEqual([]);
  expect(short(pool.exited(2, 400))).toEqual(['done']);
});

test('whatever happens, there are never fewer workers meant to serve than before, nor more than twice as many', () => {
  const size = 3;
  for (let seed = 1; seed <= 200; seed += 1) {
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const pool = new PoolState(size);
    const phases = new Map<number, 'ready' | 'starting' | 'stopping'>();
    let now = 0;
    const apply = (commands: readonly PoolCommand[]) => {
      for (const command of commands) {
        if (command.kind === 'spawn') phases.set(command.id, 'starting');
        if (command.kind === 'stop') phases.set(command.id, 'stopping');
      }
      const count = (wanted: string) => [...phases.values()].filter((phase) => phase === wanted).length;
      expect(count('ready') + count('starting'), `seed ${seed}`).toBeLessThanOrEqual(2 * size);
    };
    apply(pool.tick(now));
    phases.set(1, 'ready');
    apply(pool.ready(1, now));
    for (let step = 0; step < 100; step += 1) {
      now += 40_000;
      const ids = [...phases.keys()];
      const id = ids[random(ids.length)] ?? 0;
      const action = random(5);
      const ready = () => [...phases.values()].filter((phase) => phase === 'ready').length;
      if (action === 0 && phases.get(id) === 'starting') {
        phases.set(id, 'ready');
        const before = ready();
        apply(pool.ready(id, now));
        // It stops one at most, and itself has come.
        expect(ready(), `seed ${seed}`).toBeGreaterThanOrEqual(before - 1);
      } else if (action === 1 && phases.get(id) !== 'starting') {
        phases.delete(id);
        apply(pool.exited(id, now));
      } else if (action === 2) {
        apply(pool.reload(now));
      } else if (action === 3) {
        apply(pool.recycle(id, 'maxAge', now));
      } else {
        apply(pool.tick(now));
      }
    }
  }
});

test('a limit of memory below what a fresh worker takes is said once, and replaces workers more and more seldom', () => {
  const pool = running(1);
  let now = 0;
  const said: string[] = [];
  const pauses: number[] = [];
  for (let id = 1; id <= 10; id += 1) {
    const commands = short(pool.recycle(id, 'maxMemory', now));
    said.push(...commands.filter((command) => command.startsWith('say')));
    const timer = commands.find((command) => command.startsWith('timer'));
    if (timer !== undefined) {
      pauses.push(Number(timer.slice('timer '.length)) - now);
      now = Number(timer.slice('timer '.length));
      expect(short(pool.tick(now))).toEqual([`spawn ${id + 1}`]);
    }
    pool.ready(id + 1, now);
  }
  expect(said).toEqual(['say over-memory']);
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  // A reload may have made it smaller, and a worker that has lived for a while is none of these.
  expect(short(pool.reload(now))).toEqual(['spawn 12']);
  pool.ready(12, now);
  expect(short(pool.recycle(12, 'maxMemory', now + 60_000))).toEqual(['spawn 13']);
});

/** The workers that are started, each with its number. */
function numbers(commands: readonly PoolCommand[]): string[] {
  return commands.flatMap((command) =>
    command.kind === 'spawn' ? [`${command.id} has ${command.number}`] : [],
  );
}

test('workers have numbers from 0, and one that takes the place of another has its number', () => {
  const pool = new PoolState(3);
  expect(numbers(pool.tick(0))).toEqual(['1 has 0']);
  expect(numbers(pool.ready(1, 5))).toEqual(['2 has 1', '3 has 2']);
  pool.ready(2, 6);
  pool.ready(3, 7);
  expect(numbers(pool.exited(2, 20_000))).toEqual(['4 has 1']);
  pool.ready(4, 20_001);
  expect(numbers(pool.recycle(3, 'maxAge', 20_002))).toEqual(['5 has 2']);
  pool.ready(5, 20_003);
  expect(numbers(pool.reload(30_000))).toEqual(['6 has 0']);
  expect(numbers(pool.ready(6, 30_001)).sort()).toEqual(['7 has 1', '8 has 2']);
});
