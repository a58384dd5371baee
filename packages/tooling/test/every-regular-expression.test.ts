import { describe, expect, test } from 'vitest';
import {
  isLinear,
  literalOf,
  type RegularExpression,
  regularExpressions,
} from '../src/regular-expressions.ts';

const { literals } = regularExpressions();

describe('time grows with the length of a text and no faster', () => {
  const folderOf = ({ places: [first = ''] }: RegularExpression) => first.split('/').slice(0, 4).join('/');
  const folders = new Map(
    literals.map((one) => [folderOf(one), literals.filter((other) => folderOf(other) === folderOf(one))]),
  );
  test.each([...folders])(
    'in %s',
    (_folder, found) => {
      const slow = found.filter((one) => !isLinear(one));
      expect(slow.map((one) => `${literalOf(one)} ${one.places.join(' ')}`)).toEqual([]);
    },
    900_000,
  );
});
