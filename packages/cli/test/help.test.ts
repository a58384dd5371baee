import { expect, test } from 'vitest';
import { wrapHelp } from '../src/help-text.ts';
import { runMain } from './support/test-io.ts';

const commands = 'run dev init config request ping status top doctor tap decode conformance completion'.split(
  ' ',
);
const helps = [['--help'], ...commands.map((command) => [command, '--help'])];

const helpOf = async (argv: readonly string[], columns: number) =>
  (await runMain(argv, { env: { COLUMNS: String(columns) } })).stdout;

test.each(helps)('%s fits a terminal of any width, and breaks at blanks', async (...argv) => {
  const wide = await helpOf(argv, 1_000);
  const wordsOf = (text: string) =>
    text
      .replaceAll(' \\\n', '\n')
      .split(/\s+/)
      .filter((word) => word !== '');
  const words = new Set(wordsOf(wide));
  for (const width of [40, 60, 80, 118]) {
    const help = await helpOf(argv, width);
    // A term and its indent may be wider than 40 columns; then a line has nothing else.
    const tooWide = help.split('\n').filter((line) => line.length > width && /\S\s+\S/.test(line));
    expect(tooWide, `${width} columns`).toEqual([]);
    expect(wordsOf(help).filter((word) => !words.has(word))).toEqual([]);
  }
});

test('commands stand in groups, with examples and a link', async () => {
  const help = await helpOf(['--help'], 80);
  const headings = help.split('\n').filter((line) => /^\S.*:$/.test(line));
  expect(headings).toEqual([
    'Options:',
    'Run an application:',
    'Put it behind a web server:',
    'Ask a running application:',
    'Find out what is wrong:',
    'More:',
    'Examples:',
  ]);
  expect(help).toMatch(/^Examples:\n {2}fcgi dev app\.js/m);
  expect(help.replace(/\s+/g, ' ')).toContain('Guides: https://github.com/fcgi-js/fcgi-js#documentation');
});

test('every command has a group', async () => {
  const help = await helpOf(['--help'], 80);
  for (const command of commands) expect(help).toMatch(new RegExp(`^  ${command} `, 'm'));
});

test('paragraphs are filled, and lists keep their items', () => {
  const text = 'One two three\nfour.\n\nIt is:\n  - one two three four five\n  - six\n';
  expect(wrapHelp(text, 20)).toBe(
    'One two three four.\n\nIt is:\n  - one two three\n    four five\n  - six\n',
  );
});

test('a description stands beside its term where it has room, otherwise below', () => {
  const text = '  --name <name>  what it is called in the list of all names';
  expect(wrapHelp(text, 50)).toBe(
    '  --name <name>  what it is called in the list of\n                 all names',
  );
  expect(wrapHelp(text, 40)).toBe('  --name <name>\n      what it is called in the list of\n      all names');
});

test('an example that is too long is still one command, and no quotes are broken', () => {
  const text = "Examples:\n  fcgi tap /run/tap.sock --json | jq 'select(.status >= 500)'   failures only";
  expect(wrapHelp(text, 40)).toBe(
    "Examples:\n  fcgi tap /run/tap.sock --json | jq \\\n      'select(.status >= 500)'\n        failures only",
  );
});
