import * as api from '@fcgi-js/bundle';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual(['BundleError', 'makeBundle']);
});
