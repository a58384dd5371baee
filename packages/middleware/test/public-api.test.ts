import * as api from '@fcgi-js/middleware';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'apacheProxyFix',
    'authorizationFix',
    'cgiRootFix',
    'composeParams',
    'forwarded',
    'iisFix',
    'lighttpdCgiRootFix',
    'pathInfoFromRequestUri',
    'scriptNamePrefix',
    'scriptNameStripper',
  ]);
});
