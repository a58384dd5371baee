import * as api from '@fcgi-js/dev';
import * as hosts from '@fcgi-js/dev/hosts';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual(['DevError', 'startDev']);
});

test('what protects from foreign host names has an entry of its own', () => {
  expect(Object.keys(hosts).sort()).toEqual(['isExpectedHost', 'unexpectedHostText']);
});
