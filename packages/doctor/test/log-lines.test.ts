import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { causeFamilies } from '../src/causes.ts';
import { judge } from '../src/judge.ts';
import { linesOf } from '../src/log-lines.ts';

const user = { name: 'www-data', uid: 33, gid: 33, groups: [33] };
const causes = causeFamilies.flatMap((family) => family.causes);

/** The cause that a line tells. */
function told(line: string): string | undefined {
  return [...linesOf({ file: 'error.log', lines: [line] }, causeFamilies).keys()][0]?.id;
}

test.each(causes.flatMap(({ id, lines }) => lines.map(({ line }) => ({ id, line }))))(
  '“$line” tells $id',
  ({ id, line }) => {
    expect(told(`2026/11/21 10:00:00 [error] ${line.replaceAll('…', 'whatever')} and more`)).toBe(id);
  },
);

/** The lines in the table of log lines on a page of docs, as they were recorded; `…` stands for what differs. */
function recordedLines(page: string): string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const section = /^## \d+\. Log lines.*?\n(.*?)(?=^## )/ms.exec(text)?.[1] ?? '';
  const cells = section.split('\n').flatMap((line) => line.split('|').slice(2, 3));
  // What follows in the same cell may be the second half of a line, in words.
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

/** Halves of lines and what is no line at all. */
const fragments = [
  '(2)No such file or directory',
  // Caddy's whole line is in the tests with the real Caddy.
  'EOF',
  ':80 - … unknown version',
  'invalid version: 2 != FCGI_VERSION(1)',
  'restarted (pid N)',
  "… due to uncaught signal '9' (Killed)",
];

test.each(
  ['web-servers.md', 'web-servers-extra.md'].flatMap((page) =>
    recordedLines(page).map((line) => ({ page, line })),
  ),
)('$page: “$line” is recognised', ({ line }) => {
  if (fragments.includes(line)) return;
  expect(told(` ${line.replaceAll('…', 'whatever')} `)).toBeDefined();
});

test('the pages have lines to look for', () => {
  expect(recordedLines('web-servers.md').length).toBeGreaterThan(40);
  expect(recordedLines('web-servers-extra.md').length).toBeGreaterThan(10);
});

test('a log that tells nothing finds nothing', () => {
  const lines = ['[notice] start worker processes', '', '127.0.0.1 - - "GET / HTTP/1.1" 200 5'];
  expect(judge({ user, log: { file: 'error.log', lines } })).toEqual([]);
});

test('the last line is shown, with the number of them', () => {
  const line = 'upstream sent too big header while reading response header from upstream';
  const [finding] = judge({
    user,
    log: { file: '/var/log/e.log', lines: [`1 ${line}`, 'other', `2 ${line}`] },
  });
  expect(finding).toMatchObject({
    id: 'head-too-large',
    evidence: [`/var/log/e.log, the last of 2 lines: 2 ${line}`],
  });
});

test('“premature end of script headers” is told only where no other line tells why', () => {
  const general = 'Premature end of script headers: app.fcgi';
  const lines = (...all: string[]) => judge({ user, log: { file: 'e', lines: all } }).map(({ id }) => id);
  expect(lines(general)).toEqual(['closed-without-answer']);
  expect(lines(general, "Error: Cannot find module 'express'")).toEqual(['module-not-found']);
});

test('what is seen now counts more than what the log tells of other days', () => {
  const log = {
    file: 'e',
    lines: ['upstream sent too big header while reading response header from upstream'],
  };
  const program = { path: '/srv/app.fcgi', entries: [], kind: 'missing', bom: false } as const;
  expect(judge({ user, log, program }).map(({ id }) => id)).toEqual(['program-missing']);
});

test('browsers that leave are told beside other findings', () => {
  const lines = [
    'client prematurely closed connection, so upstream connection is closed too',
    'upstream prematurely closed connection while reading response header from upstream',
  ];
  expect(judge({ user, log: { file: 'e', lines } }).map(({ id }) => id)).toEqual([
    'closed-without-answer',
    'browser-gone',
  ]);
});
