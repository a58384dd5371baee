import { expect, test } from 'vitest';
import { selfTimes } from '../src/profile.ts';

const node = (id: number, functionName: string, url = '', lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

test('a function is charged with its own time, wherever it was called from, and nobody with being idle', () => {
  const profile = {
    nodes: [
      node(1, '(root)'),
      node(2, '(idle)'),
      node(3, 'encode', 'file:///x/app.js', 9),
      node(4, '', 'node:net', 1),
      node(5, 'encode', 'file:///x/app.js', 9),
      node(6, '(garbage collector)'),
    ],
    samples: [2, 3, 5, 4, 6, 1],
    timeDeltas: [1_000, 100, 200, 60, 40, 500],
  };
  expect(selfTimes(profile)).toEqual([
    { place: 'encode app.js:10', share: 0.75 },
    { place: '(anonymous) node:net:2', share: 0.15 },
    { place: '(garbage collector)', share: 0.1 },
  ]);
});
