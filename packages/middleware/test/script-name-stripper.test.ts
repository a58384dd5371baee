import { scriptNameStripper } from '@fcgi-js/middleware';
import { describe, expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

describe('a script that nobody has asked for', () => {
  test.each([
    { SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/foo', REQUEST_URI: '/foo?a' },
    { SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/app.fcgix', REQUEST_URI: '/app.fcgix' },
    { SCRIPT_NAME: '/cgi-bin/app.fcgi', PATH_INFO: '/foo', REQUEST_URI: '/cgi-bin/../foo' },
    { SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/foo' },
    { SCRIPT_NAME: '/app.fcgi', REQUEST_URI: '/foo' },
  ])('is stripped of %j', (params) => {
    expect(result(scriptNameStripper(), params)).toEqual({ ...params, SCRIPT_NAME: '' });
  });
});

describe('what is not such a script', () => {
  test.each([
    {},
    { SCRIPT_NAME: '', PATH_INFO: '/foo', REQUEST_URI: '/foo' },
    { SCRIPT_NAME: '/app', PATH_INFO: '/foo', REQUEST_URI: '/app/foo' },
    { SCRIPT_NAME: '/app', PATH_INFO: '/foo', REQUEST_URI: '//%61pp/foo' },
    { SCRIPT_NAME: '/app', PATH_INFO: '/../foo', REQUEST_URI: '/app/../foo' },
    { SCRIPT_NAME: '/app', REQUEST_URI: '/app' },
    { SCRIPT_NAME: '/foo' },
  ])('stays in %j', (params) => {
    expect(leavesAlone(scriptNameStripper(), params)).toBe(true);
  });
});
