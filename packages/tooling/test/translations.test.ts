import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeBlocks, links, outline } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';

/** What people need first: getting started, web servers, process managers (`fcgi run` is one), writing and debugging. */
const needed = /^docs\/(getting-started|developing|deploying|running|debugging|deploying\/[^/]+)\.md$/;

const documents = new Map(repositoryFiles('docs', ['.md']).map(({ path, text }) => [path, text]));
const needing = [...documents.keys()].filter((path) => needed.test(path));

/** What a guide leads to, in whatever language that is there. */
function destinations(path: string, text: string): string[] {
  return links(text)
    .map((target) => {
      if (/^[a-z]+:/.test(target)) return target;
      const [file = ''] = target.split('#');
      return file === '' ? path : posix.join(posix.dirname(path), file);
    })
    .sort();
}

test('the outline of a guide has what a translation must have as well', () => {
  const text = '# A\n\ntext\n\n```sh\n- no item\n```\n\n## B\n\n1. one\n   - two\n\n| a |\n|---|\n';
  expect(outline(text)).toBe('# ``` ## 1 - | |');
});

describe.each(['ko', 'zh'])('translated into %s', (language) => {
  const translationOf = (path: string) => path.replace('docs/', `docs/${language}/`);

  test('there are the guides that people need first', () => {
    expect(needing.length).toBeGreaterThan(15);
    expect([...documents.keys()]).toEqual(expect.arrayContaining(needing.map(translationOf)));
  });

  describe.each(needing)('%s', (path) => {
    const original = documents.get(path) ?? '';
    const text = documents.get(translationOf(path)) ?? '';

    test('has the programs and configurations of the original, with the calls that print them', () => {
      const calls = (markdown: string) => markdown.match(/^<!-- .* -->$/gm);
      const code = (markdown: string) => codeBlocks(markdown).map((block) => [block.language, block.text]);
      expect(code(text)).toEqual(code(original));
      expect(calls(text)).toEqual(calls(original));
    });

    test('has its headings, rows and items', () => {
      expect(outline(text)).toBe(outline(original));
    });

    test('leads to the same pages, translated where they are', () => {
      const translated = (target: string) =>
        documents.has(translationOf(target)) ? translationOf(target) : target;
      expect(destinations(translationOf(path), text)).toEqual(
        destinations(path, original).map(translated).sort(),
      );
    });
  });
});
