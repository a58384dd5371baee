import { authorizationFix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

test.each([
  { REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
  { REDIRECT_REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
  { REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==', REDIRECT_REDIRECT_HTTP_AUTHORIZATION: 'Basic eQ==' },
  { HTTP_AUTHORIZATION: '', REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
  { REDIRECT_HTTP_AUTHORIZATION: '', REDIRECT_REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
])('the field is found in %j', (params) => {
  expect(result(authorizationFix(), params)).toEqual({ ...params, HTTP_AUTHORIZATION: 'Basic eA==' });
});

test.each([
  {},
  { HTTP_AUTHORIZATION: 'Bearer t', REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
  { HTTP_AUTHORIZATION: '', REDIRECT_HTTP_AUTHORIZATION: '' },
  { HTTP_REDIRECT_HTTP_AUTHORIZATION: 'Basic eA==' },
])('%j stays as it is', (params) => {
  expect(leavesAlone(authorizationFix(), params)).toBe(true);
});
