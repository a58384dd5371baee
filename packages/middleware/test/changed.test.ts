import { expect, test } from 'vitest';
import { changed } from '../src/changed.ts';

test('values are replaced, added and taken away, and what was there stays under another name', () => {
  const before = new Map([
    ['A', '1'],
    ['B', '2'],
    ['C', '3'],
  ]);
  expect([...changed(before, { A: '4', B: undefined, C: '3', D: '5', E: undefined })]).toEqual([
    ['A', '4'],
    ['C', '3'],
    ['ORIG_A', '1'],
    ['ORIG_B', '2'],
    ['D', '5'],
  ]);
  expect([...before.keys()]).toEqual(['A', 'B', 'C']);
});

test('the first value is the one that is kept', () => {
  const twice = changed(changed(new Map([['A', '1']]), { A: '2' }), { A: '3' });
  expect(Object.fromEntries(twice)).toEqual({ A: '3', ORIG_A: '1' });
});

test('params in which nothing changes are the same params', () => {
  const params = new Map([['A', '1']]);
  expect(changed(params, { A: '1', B: undefined })).toBe(params);
});
