import { expect, test } from 'vitest';
import { ratios, spreadOf } from '../src/statistics.ts';

test('the median of an odd number of figures is the one in the middle', () => {
  expect(spreadOf([9, 1, 4])).toEqual({ low: 1, median: 4, high: 9 });
});

test('the median of an even number of figures lies between the two in the middle', () => {
  expect(spreadOf([9, 1, 4, 2])).toEqual({ low: 1, median: 3, high: 9 });
});

test('there is no median of nothing', () => {
  expect(() => spreadOf([])).toThrow('no median of nothing');
});

test('a round in which everything was slow does not change the ratio', () => {
  expect(ratios([10, 100, 10], [20, 200, 20])).toEqual([0.5, 0.5, 0.5]);
});

test('a round that one of the two has not run is left out', () => {
  expect(ratios([10, 10], [20])).toEqual([0.5]);
  expect(ratios([10, 10], [20, 0])).toEqual([0.5]);
});
