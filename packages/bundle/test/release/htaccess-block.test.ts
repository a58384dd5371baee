import { expect, test } from 'vitest';
import { block, withBlock } from '../../src/release/htaccess-block.ts';

test('the lines of a release take the place of those before it, and of no others', () => {
  const one = block('one\n');
  const two = block('two');
  expect(withBlock('', one)).toBe(one);
  expect(withBlock('# of the panel\n', one)).toBe(`# of the panel\n\n${one}`);
  expect(withBlock(`before\n\n${one}\nafter\n`, two)).toBe(`before\n\n${two}\nafter\n`);
  expect(withBlock(one, one)).toBe(one);
});
