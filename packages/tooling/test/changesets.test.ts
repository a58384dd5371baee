import { expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

const names = publishedPackages().map(({ manifest }) => manifest.name);
const changesets = repositoryFiles('.changeset', ['.md']);

/** The packages that a changeset bumps, by how much, and the text for their users. */
function parse(text: string): { bumps: Array<[name: string, bump: string]>; summary: string } {
  const [, head = '', summary = ''] = /^---\n(.*?)---\n(.*)$/s.exec(text) ?? [];
  const lines = head.split('\n').filter((line) => line !== '');
  const bumps = lines.map((line): [string, string] => {
    const [, name = '', bump = ''] = /^['"]?([^'":]+)['"]?: *(\w+)$/.exec(line) ?? [];
    return [name, bump];
  });
  return { bumps, summary: summary.trim() };
}

test('a changeset is read as the changesets tool reads it', () => {
  expect(parse(`---\n'@fcgi-js/server': minor\n"fcgi-js": patch\n---\n\nFaster.\n`)).toEqual({
    bumps: [
      ['@fcgi-js/server', 'minor'],
      ['fcgi-js', 'patch'],
    ],
    summary: 'Faster.',
  });
});

test('every changeset names packages that exist and tells their users something', () => {
  for (const { path, text } of changesets) {
    const { bumps, summary } = parse(text);
    expect(summary, path).not.toBe('');
    expect(bumps, path).not.toEqual([]);
    expect(
      bumps.filter(([name, bump]) => !names.includes(name) || !['patch', 'minor', 'major'].includes(bump)),
      path,
    ).toEqual([]);
  }
});

test('no version is 1.0 or later before a changeset may say major', () => {
  const majors = changesets.filter(({ text }) => parse(text).bumps.some(([, bump]) => bump === 'major'));
  const early = publishedPackages().filter(({ manifest }) => manifest.version.startsWith('0.'));
  expect(early.length > 0 ? majors.map(({ path }) => path) : []).toEqual([]);
});
