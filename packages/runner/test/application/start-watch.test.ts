import { expect, onTestFinished, test } from 'vitest';
import { hasSettled, type Patience, type StartLook, StartWatch } from '../../src/application/start-watch.ts';

const patience: Patience = { longest: 15_000, quiet: 5_000, waitsForConnections: true };
const look: StartLook = { activity: 'open', description: '', sinceLoaded: 6_000, unchanged: 0 };

test.each<[settled: boolean, name: string, look: Partial<StartLook>, patience?: Partial<Patience>]>([
  [
    false,
    'nothing is open, but its module still runs',
    { activity: 'idle', sinceLoaded: undefined, unchanged: 999 },
  ],
  [false, 'only timers that repeat are open', { activity: 'repeating', unchanged: 999 }],
  [true, 'only timers that repeat have been open for 1 s', { activity: 'repeating', unchanged: 1_000 }],
  [
    true,
    'nothing has been open for 1 s while its module waits',
    { activity: 'idle', sinceLoaded: undefined, unchanged: 1_000 },
  ],
  [false, 'something has been closed just now', { activity: 'idle', unchanged: 19 }],
  [true, 'nothing has been open for 20 ms', { activity: 'idle', unchanged: 20 }],
  [false, 'a timer has run for less than the quiet time', { unchanged: 4_999 }],
  [true, 'nothing has changed for the quiet time', { unchanged: 5_000 }],
  [false, 'something changes all the time', { sinceLoaded: 14_999 }],
  [true, 'it has gone on for the longest time', { sinceLoaded: 15_000 }],
  [false, 'it still connects', { activity: 'connecting', sinceLoaded: 20_000, unchanged: 20_000 }],
  [
    true,
    'it still connects, which is not waited for',
    { activity: 'connecting', sinceLoaded: 15_000 },
    { waitsForConnections: false },
  ],
])('whether a start has settled is %s where %s', (settled, _name, changes, own = {}) => {
  expect(hasSettled({ ...look, ...changes }, { ...patience, ...own })).toBe(settled);
});

test('timers that repeat are told from those that fire once, and from those that keep nothing running', () => {
  const start = new StartWatch();
  onTestFinished(() => start.end());
  const timers: NodeJS.Timeout[] = [];
  onTestFinished(() => timers.forEach(clearTimeout));
  const look = (timer: NodeJS.Timeout) => {
    timers.push(timer);
    return start.look();
  };
  expect(start.look().activity).toBe('idle');
  expect(look(setInterval(() => {}, 60_000).unref()).activity).toBe('idle');
  expect(look(setInterval(() => {}, 60_000))).toMatchObject({
    activity: 'repeating',
    description: '1 × timer',
  });
  expect(look(setTimeout(() => {}, 60_000))).toMatchObject({ activity: 'open', description: '2 × timer' });
});
