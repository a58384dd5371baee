import { expect, test } from 'vitest';
import { measureGenerations } from '../src/generations.ts';
import { interleave } from '../src/rounds.ts';
import { smokeScale } from '../src/scale.ts';

test('contenders take turns, and every second round goes backwards', async () => {
  const order: string[] = [];
  const samples = await interleave(['a', 'b', 'c'], 3, async (name) => {
    order.push(name);
    return order.length;
  });
  expect(order.join('')).toBe('abccbaabc');
  expect(samples).toEqual(
    new Map([
      ['a', [1, 6, 7]],
      ['b', [2, 5, 8]],
      ['c', [3, 4, 9]],
    ]),
  );
});

test('every generation has new processes, and the samples of all of them count', async () => {
  const events: string[] = [];
  let started = 0;
  const bench = {
    options: { scale: { ...smokeScale, generations: 2, rounds: 2 } },
    stopAll: async () => {
      events.push('stop');
    },
  };
  const measured = await measureGenerations(bench, {
    start: async () => {
      started += 1;
      return [`a${started}`, `b${started}`];
    },
    measure: async (process) => {
      events.push(process);
      return process;
    },
  });
  expect(events).toEqual(['a1', 'b1', 'b1', 'a1', 'stop', 'a2', 'b2', 'b2', 'a2', 'stop']);
  expect(measured).toEqual([
    ['a2', ['a1', 'a1', 'a2', 'a2']],
    ['b2', ['b1', 'b1', 'b2', 'b2']],
  ]);
});
