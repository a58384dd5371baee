import { fromNodeListener } from '@fcgi-js/server';
import { expect, test } from 'vitest';

test.each([
  [{ unbufferedStreams: 'yes' }, /"unbufferedStreams" must be true or false/],
  [{ unbuffered: true }, /no option "unbuffered"/],
])('the options %j are refused', (options, message) => {
  expect(() => fromNodeListener(() => {}, options as object)).toThrow(message);
});
