import * as api from '@fcgi-js/server';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DEFAULT_LIMITS',
    'FcgiServerError',
    'Params',
    'allow',
    'createServer',
    'deny',
    'fromAuthorizer',
    'fromFetchHandler',
    'fromNodeListener',
    'isFcgiListenSocket',
    'parseListenAddress',
    'requestParams',
    'takeCgiRequest',
  ]);
});
