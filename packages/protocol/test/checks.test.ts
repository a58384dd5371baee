import { LocalProtocolError } from '@fcgi-js/protocol';
import { expect, test } from 'vitest';
import { checkPairPart } from '../src/checks.ts';
import { errorOf } from './support.ts';

// Zeros that nobody touches, so no memory is taken for them.
test('a name or value may have 2^31 - 1 bytes, the most that its length can tell', () => {
  expect(checkPairPart('A value', new Uint8Array(2 ** 31 - 1))).toBeUndefined();
});

test('a name or value of 2^31 bytes is refused', () => {
  const error = errorOf(() => checkPairPart('A value', new Uint8Array(2 ** 31)));
  expect(error).toBeInstanceOf(LocalProtocolError);
  expect(error).toMatchObject({
    code: 'FCGI_ARGUMENT_TOO_LONG',
    message: 'A value may have 2147483647 bytes, but it has 2147483648.',
  });
});
