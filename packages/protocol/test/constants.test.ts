import * as api from '@fcgi-js/protocol';
import { expect, test } from 'vitest';

test('the numbers and names are those of section 8 of the specification', () => {
  expect(api.FCGI_LISTENSOCK_FILENO).toBe(0);
  expect(api.FCGI_MAX_LENGTH).toBe(0xffff);
  expect(api.FCGI_HEADER_LEN).toBe(8);
  expect(api.FCGI_VERSION_1).toBe(1);
  expect(api.FCGI_NULL_REQUEST_ID).toBe(0);
  expect(api.FCGI_KEEP_CONN).toBe(1);
  expect(api.FCGI_MAX_CONNS).toBe('FCGI_MAX_CONNS');
  expect(api.FCGI_MAX_REQS).toBe('FCGI_MAX_REQS');
  expect(api.FCGI_MPXS_CONNS).toBe('FCGI_MPXS_CONNS');
});

test('the record types are those of section 8 of the specification', () => {
  expect(Object.entries(api.RecordType)).toEqual([
    ['BeginRequest', 1],
    ['AbortRequest', 2],
    ['EndRequest', 3],
    ['Params', 4],
    ['Stdin', 5],
    ['Stdout', 6],
    ['Stderr', 7],
    ['Data', 8],
    ['GetValues', 9],
    ['GetValuesResult', 10],
    ['UnknownType', 11],
  ]);
});

test('the roles and protocol statuses are those of section 8 of the specification', () => {
  expect(Object.entries(api.Role)).toEqual([
    ['Responder', 1],
    ['Authorizer', 2],
    ['Filter', 3],
  ]);
  expect(Object.entries(api.ProtocolStatus)).toEqual([
    ['RequestComplete', 0],
    ['CantMpxConn', 1],
    ['Overloaded', 2],
    ['UnknownRole', 3],
  ]);
});
