import { expect, test } from 'vitest';
import { shellWords } from '../../src/project/shell-words.ts';

test.each([
  ['node server.js', ['node', 'server.js']],
  ['  node\tserver.js  --port 3000 ', ['node', 'server.js', '--port', '3000']],
  [`node "my server.js" 'a b' c\\ d ''`, ['node', 'my server.js', 'a b', 'c d', '']],
  [`A="x y" node --title=it\\'s`, ['A=x y', 'node', "--title=it's"]],
  ['', []],
])('%s', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});

test.each([
  'npm run build && node server.js',
  'node a.js; node b.js',
  'node a.js | tee log',
  'node a.js > log',
  'node $FILE',
  'node "$FILE"',
  'node `which app`',
  'node *.js',
  '(node a.js)',
  'node a.js\nnode b.js',
  'node "a.js',
  'node ~/a.js',
])('%s is more than one program', (line) => {
  expect(shellWords(line)).toBeUndefined();
});
