import * as api from '@fcgi-js/client';
import { ProtocolStatus, RemoteProtocolError, Role } from '@fcgi-js/protocol';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'CgiResponseParser',
    'FcgiClient',
    'FcgiClientError',
    'FcgiConnectError',
    'FcgiOptionError',
    'FcgiRejectedError',
    'FcgiResponse',
    'FcgiTimeoutError',
    'InjectedResponse',
    'LocalProtocolError',
    'ProtocolStatus',
    'RecordType',
    'RemoteProtocolError',
    'Role',
    'createGateway',
    'escapeLogText',
    'formatAddress',
    'inject',
    'isFcgiError',
    'paramsFromRequest',
    'parseAddress',
  ]);
});

test('what it exports of the protocol package is the same, so that instanceof holds', () => {
  expect(api.RemoteProtocolError).toBe(RemoteProtocolError);
  expect(api.Role).toBe(Role);
  expect(api.ProtocolStatus).toBe(ProtocolStatus);
});
