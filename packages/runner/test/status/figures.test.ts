import { expect, test } from 'vitest';
import { readWorkerMessage } from '../../src/pool/messages.ts';
import { addTotals, type Figures, LONGEST_TEXT, NO_TOTALS, readFigures } from '../../src/status/figures.ts';
import { FIGURES } from './support.ts';

test('figures of a worker are read as they were sent, and nothing else with them', () => {
  const sent: unknown = JSON.parse(JSON.stringify({ ...FIGURES, more: 'than was asked for' }));
  expect(readWorkerMessage({ fcgi: 'figures', figures: sent })).toEqual({
    fcgi: 'figures',
    figures: FIGURES,
  });
  const { request: _request, ...without } = FIGURES;
  expect(readFigures(without)).toEqual(without);
});

test.each(Object.keys(FIGURES))('figures of which %s is something else are nothing', (name) => {
  const wrong = [null, 'many', {}, [], [-1], Number.NaN, Number.POSITIVE_INFINITY, -1];
  const isNumber = typeof FIGURES[name as keyof Figures] === 'number';
  for (const value of isNumber ? [...wrong, undefined] : wrong) {
    expect(readFigures({ ...FIGURES, [name]: value })).toBeUndefined();
  }
});

test('lists of figures have their length, and texts an end', () => {
  expect(readFigures({ ...FIGURES, durations: [...FIGURES.durations, 0] })).toBeUndefined();
  expect(readFigures({ ...FIGURES, responses: [1, 2, 3, 4, '5'] })).toBeUndefined();
  const request = { ...FIGURES.request, uri: `/${'a'.repeat(1000)}` };
  expect(readFigures({ ...FIGURES, request })?.request?.uri).toHaveLength(LONGEST_TEXT);
  for (const given of [undefined, null, 5, 'figures', []]) expect(readFigures(given)).toBeUndefined();
});

test('totals add up, number by number and list by list', () => {
  const { durations, responses } = FIGURES;
  expect(addTotals(NO_TOTALS, NO_TOTALS)).toEqual(NO_TOTALS);
  const twice = addTotals(FIGURES, FIGURES);
  expect(twice).toMatchObject({ bytesSent: 6000, cpu: 0.5, durationSum: 140.006, requests: 6 });
  expect(twice.durations).toEqual(durations.map((count) => 2 * count));
  expect(twice.responses).toEqual(responses.map((count) => 2 * count));
  expect(Object.keys(twice).sort()).toEqual(Object.keys(NO_TOTALS).sort());
});
