import { composeParams, type ParamsTransform } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';

const adding =
  (letter: string): ParamsTransform =>
  (params) =>
    new Map(params).set('ALL', `${params.get('ALL') ?? ''}${letter}`);

test('transforms are applied in their order, each to what the one before has made', () => {
  const params = composeParams(adding('a'), adding('b'), adding('c'))(new Map());
  expect([...params]).toEqual([['ALL', 'abc']]);
});

test('transforms can be composed of composed ones', () => {
  const params = composeParams(composeParams(adding('a'), adding('b')), adding('c'))(new Map());
  expect(params.get('ALL')).toBe('abc');
});

test('no transform at all changes nothing', () => {
  const params = new Map([['A', '1']]);
  expect(composeParams()(params)).toBe(params);
});

test.each([undefined, null, {}, 'iisFix'])('%j is refused', (given) => {
  const transform: unknown = given;
  expect(() => composeParams(adding('a'), transform as ParamsTransform)).toThrow(TypeError);
});
