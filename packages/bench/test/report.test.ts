import { describe, expect, test } from 'vitest';
import { formatChart } from '../src/report/chart.ts';
import { formatFigure, formatResult } from '../src/report/table.ts';
import type { KindResult } from '../src/result.ts';

const result: KindResult = {
  kind: 'hello',
  title: 'GET of 13 bytes',
  seconds: 12.4,
  unit: 'µs CPU/request',
  rows: [
    { name: 'node', title: 'fcgi-js', figures: [8, 9, 10], systemShare: 0.25, requestsPerSecond: 61_234.5 },
    { name: 'peer', title: 'A & B <http>', figures: [10, 10, 10], systemShare: 0.3 },
  ],
  comparisons: [
    { of: 'node', against: 'peer', atMost: 0.85, measured: { low: 0.8, median: 0.9, high: 1 }, met: false },
    { of: 'node', atMost: 10, measured: { low: 8, median: 9, high: 10 }, met: true },
  ],
  notes: ['Go did not take part.'],
};

describe('the table', () => {
  test('has a line for every contender, every goal and every note', () => {
    expect(formatResult(result)).toBe(
      [
        'hello: GET of 13 bytes (12 s)',
        '                 µs CPU/request         range   in the kernel   requests/s',
        '  fcgi-js                  9.00   8.00 – 10.0            25 %        61235',
        '  A & B <http>             10.0   10.0 – 10.0            30 %',
        '                           measured         range     goal',
        '  fcgi-js / A & B <http>       0.90   0.80 – 1.00   ≤ 0.85   NOT MET',
        '  fcgi-js                      9.00   8.00 – 10.0     ≤ 10       met',
        '  Go did not take part.',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [0.114, '0.11'],
    [9.994, '9.99'],
    [23.456, '23.5'],
    [4_061.2, '4061'],
    [-12.34, '-12.3'],
  ])('writes %d as %s', (figure, text) => {
    expect(formatFigure(figure)).toBe(text);
  });
});

describe('the chart', () => {
  const bars = (svg: string) =>
    [...svg.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].map(([, kind, width]) => ({
      kind,
      width: Number(width),
    }));

  test('has bars as long as the medians, ours in another colour', () => {
    const [ours, peer] = bars(formatChart([result]));
    expect([ours?.kind, peer?.kind]).toEqual(['ours', 'others']);
    expect((ours?.width ?? 0) / (peer?.width ?? 1)).toBeCloseTo(0.9, 2);
  });

  test('has no characters in its text that mean something in XML', () => {
    const svg = formatChart([result]);
    expect(svg).toContain('A &amp; B &lt;http&gt;');
    expect(svg.match(/<(?!\/?(svg|title|desc|style|g|text|tspan|rect|line)\b)/g)).toBeNull();
  });

  test('is about costs, so memory is not in it', () => {
    expect(bars(formatChart([{ ...result, unit: 'MB' }]))).toEqual([]);
  });

  test('cuts the range of a wild round, so that bars can still be told apart', () => {
    const wild = { name: 'x', title: 'x', figures: [10, 10, 1_000] };
    const svg = formatChart([{ ...result, rows: [...result.rows, wild] }]);
    const [ours] = bars(svg);
    expect(ours?.width).toBeGreaterThan(100);
    const ends = [...svg.matchAll(/x2="([\d.]+)"/g)].map(([, end]) => Number(end));
    expect(Math.max(...ends)).toBeLessThanOrEqual(760 - 70);
  });
});
