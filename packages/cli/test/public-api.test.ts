import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

test('exports exactly the documented names', () => {
  expect(Object.keys(api).sort()).toEqual(['endProcess', 'main', 'processIo']);
});
