import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';

/**
 * Words in the place of a thing that has a name, and others by which a sentence reads as if it were translated. What still has them
 * is listed; new text says it plainly.
 */
const WORDS = ['are told', 'everybody', 'is told', 'mended', 'nobody', 'somebody', 'whoever', 'whomever'];
const PATTERN = new RegExp(`\\b(?:${WORDS.join('|')})\\b`, 'gi');
const LIST = join(import.meta.dirname, 'fixtures/words-to-avoid.txt');

/** How often each word stands in a text. */
function wordsIn(text: string): string[] {
  const found = (text.match(PATTERN) ?? []).map((word) => word.toLowerCase());
  return [...new Set(found)].sort().map((word) => `${word} ${found.filter((each) => each === word).length}`);
}

test('are found, but not as a part of others', () => {
  expect(wordsIn('Nobody is told of nobodies; nobody.')).toEqual(['is told 1', 'nobody 2']);
});

// `npx vitest run packages/tooling/test/words.test.ts --update` writes the list. It may become shorter.
test('stand nowhere but where they have been', async () => {
  const files = [...repositoryFiles('packages', ['.ts', '.md']), ...repositoryFiles('docs', ['.md'])];
  const isText = (path: string) => /\/src\/|\.md$/.test(path) && !/CHANGELOG|\/(?:ko|zh)\//.test(path);
  const lines = files
    .filter(({ path }) => isText(path))
    .flatMap(({ path, text }) => wordsIn(text).map((word) => `${path}: ${word}`));
  await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot(LIST);
});
