import { describe, expect, test } from 'vitest';
import { compare, formerGoals } from '../src/result.ts';

const row = (name: string, figures: number[]) => ({ name, title: name, figures });

describe('a goal', () => {
  test('is met by the median of the ratios of the rounds, not by the ratio of the medians', () => {
    // Medians 10 and 8, a ratio of 1.25; round by round 0.5, 5 and 0.5.
    const rows = [row('ours', [4, 40, 10]), row('peer', [8, 8, 20])];
    expect(compare([{ of: 'ours', against: 'peer', atMost: 0.5 }], rows)).toEqual([
      { of: 'ours', against: 'peer', atMost: 0.5, measured: { low: 0.5, median: 0.5, high: 5 }, met: true },
    ]);
  });

  test('is not met above its figure', () => {
    const rows = [row('ours', [11]), row('peer', [10])];
    expect(compare([{ of: 'ours', against: 'peer', atMost: 1 }], rows)).toMatchObject([{ met: false }]);
  });

  test('may be about a difference', () => {
    const rows = [row('ours', [1_500, 1_700]), row('peer', [1_000, 1_000])];
    expect(compare([{ of: 'ours', against: 'peer', atMost: 600, how: 'difference' }], rows)).toMatchObject([
      { measured: { low: 500, median: 600, high: 700 }, met: true },
    ]);
  });

  test('may be about the figure itself', () => {
    expect(compare([{ of: 'ours', atMost: 2 }], [row('ours', [3])])).toMatchObject([{ met: false }]);
  });

  test('is left out where one of the two did not take part', () => {
    const goals = [{ of: 'ours', against: 'peer', atMost: 1 }];
    expect(compare(goals, [row('ours', [1])])).toEqual([]);
    expect(compare(goals, [row('peer', [1])])).toEqual([]);
  });
});

test('a contender is compared with its former self, with nothing to be met', () => {
  const rows = [row('ours', [8]), row('ours-before', [10]), row('peer', [9])];
  expect(compare(formerGoals(rows), rows)).toEqual([
    { of: 'ours', against: 'ours-before', measured: { low: 0.8, median: 0.8, high: 0.8 } },
  ]);
});
