import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { kinds } from '../src/kinds/index.ts';
import { formatChart } from '../src/report/chart.ts';
import { rewriteDocs, writeDocs } from '../src/report/docs.ts';
import { fillPage } from '../src/report/page.ts';
import type { Report } from '../src/report/write-reports.ts';
import { docsScale } from '../src/scale.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const read = (name: string) => readFile(join(docs, name), 'utf8');

const report: Report = {
  date: '2026-05-17T08:00:00.000Z',
  machine: {
    cores: 2,
    cpu: 'Some CPU',
    memory: '4 GiB',
    system: 'Linux 6.1 x64',
    versions: { node: '20.19.0', nginx: '1.22.1' },
  },
  pinned: true,
  results: [
    {
      kind: 'hello',
      title: 'GET of 13 bytes',
      unit: 'µs CPU/request',
      seconds: 1,
      rows: [
        {
          name: 'ours',
          title: 'fcgi-js',
          figures: [8, 9, 10],
          systemShare: 0.25,
          requestsPerSecond: 61_234.5,
        },
        { name: 'peer', title: 'node:http', figures: [10, 10, 10] },
      ],
      comparisons: [
        {
          of: 'ours',
          against: 'peer',
          atMost: 0.85,
          measured: { low: 0.8, median: 0.9, high: 1 },
          met: false,
        },
        { of: 'ours', atMost: 10, measured: { low: 8, median: 9, high: 10 }, met: true },
        { of: 'ours', against: 'peer', measured: { low: 0.8, median: 0.9, high: 1 } },
      ],
      notes: ['Go did not take part.'],
    },
  ],
  scale: docsScale,
  seconds: 452,
};

const EMPTY = ['goals', 'machine', 'costs']
  .map((name) => `# ${name}\n<!-- bench:${name} -->\nold\n<!-- /bench:${name} -->\nkept\n`)
  .join('');

describe('the page on performance', () => {
  test('has the tables and the chart of the figures that are beside it', async () => {
    const measured: Report = JSON.parse(await read('performance.json'));
    const page = await read('performance.md');
    // `pnpm bench --redraw` makes both again.
    expect(page).toBe(fillPage(page, measured));
    expect(await read('performance.svg')).toBe(formatChart(measured.results));
  });

  test('is about every kind, each with every contender that could take part', async () => {
    const { results }: Report = JSON.parse(await read('performance.json'));
    expect(results.map(({ kind }) => kind)).toEqual(kinds.map(({ name }) => name));
    expect(results.filter(({ rows, comparisons }) => rows.length === 0 || comparisons.length === 0)).toEqual(
      [],
    );
  });
});

describe('a page that is filled', () => {
  test('has one line for each goal, and says which are missed', () => {
    const page = fillPage(EMPTY, report);
    expect(page).toContain(
      [
        '| work | what is compared | goal | measured | range | met |',
        '| --- | --- | --- | --- | --- | --- |',
        '| GET of 13 bytes | fcgi-js / node:http | ≤ 0.85 | 0.90 | 0.80 – 1.00 | **no** |',
        '| GET of 13 bytes | fcgi-js | ≤ 10 | 9.00 | 8.00 – 10.0 | yes |',
        '',
        '<!-- /bench:goals -->',
      ].join('\n'),
    );
  });

  test('has one line for each contender', () => {
    expect(fillPage(EMPTY, report)).toContain(
      [
        '### GET of 13 bytes',
        '',
        '|  | µs CPU/request | range | in the kernel | requests/s |',
        '| --- | --- | --- | --- | --- |',
        '| fcgi-js | 9.00 | 8.00 – 10.0 | 25 % | 61235 |',
        '| node:http | 10.0 | 10.0 – 10.0 |  |  |',
        '',
        '<!-- /bench:costs -->',
      ].join('\n'),
    );
  });

  test('says on what it was measured, and what to know about it', () => {
    expect(fillPage(EMPTY, report)).toContain(
      [
        'Measured on 2026-05-17 in 8 minutes: 2 cores of Some CPU, 4 GiB, Linux 6.1 x64.',
        'The application had a core to itself; 2 × 4 rounds.',
        'node 20.19.0, nginx 1.22.1.',
        '',
        '- hello: Go did not take part.',
      ].join('\n'),
    );
    expect(fillPage(EMPTY, { ...report, pinned: false })).toContain(
      'Application and load shared their cores',
    );
  });

  test('keeps everything else, and is the same when it is filled again', () => {
    const page = fillPage(EMPTY, report);
    expect(page.match(/^kept$/gm)).toHaveLength(3);
    expect(page).not.toContain('old');
    expect(fillPage(page, report)).toBe(page);
  });

  test.each(['<!-- bench:goals -->\n', '<!-- /bench:costs -->'])('is an error without %j', (mark) => {
    expect(() => fillPage(EMPTY.replace(mark, ''), report)).toThrow('The page has no <!-- bench:');
  });
});

test('a report is written into the documentation, and drawn again from there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-bench-test-'));
  await copyFile(join(docs, 'performance.md'), join(folder, 'performance.md'));
  const files = await writeDocs(folder, report);
  const written = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  expect(written[0]).toContain('| GET of 13 bytes | fcgi-js / node:http |');
  expect(written[1]).toBe(formatChart(report.results));
  expect(JSON.parse(written[2]!)).toMatchObject({ date: report.date, results: [{ kind: 'hello' }] });
  expect(await rewriteDocs(folder)).toEqual(files);
  expect(await Promise.all(files.map((file) => readFile(file, 'utf8')))).toEqual(written);
  await rm(folder, { recursive: true });
});
