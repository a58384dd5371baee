import * as api from '@fcgi-js/server';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DEFAULT_LIMITS',
    'FcgiRequest',
    'FcgiServer',
    'FcgiServerError',
    'Params',
    'UnixSocketFile',
    'allow',
    'createServer',
    'deny',
    'fcgiRequest',
    'fromAuthorizer',
    'fromFetchHandler',
    'fromNodeListener',
    'isFcgiListenSocket',
    'listenOnUnixSocket',
    'parseListenAddress',
    'requestParams',
    'takeCgiRequest',
  ]);
});
