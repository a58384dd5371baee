import * as api from '@fcgi-js/protocol';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'FCGI_HEADER_LEN',
    'FCGI_KEEP_CONN',
    'FCGI_LISTENSOCK_FILENO',
    'FCGI_MAX_CONNS',
    'FCGI_MAX_LENGTH',
    'FCGI_MAX_REQS',
    'FCGI_MPXS_CONNS',
    'FCGI_NULL_REQUEST_ID',
    'FCGI_VERSION_1',
    'FcgiOptionError',
    'LocalProtocolError',
    'NameValueDecoder',
    'ProtocolStatus',
    'RecordDecoder',
    'RecordType',
    'RemoteProtocolError',
    'Role',
    'STREAM_RECORD_CONTENT_LIMIT',
    'encodeAbortRequest',
    'encodeBeginRequest',
    'encodeEndRequest',
    'encodeGetValues',
    'encodeGetValuesResult',
    'encodeNameValuePairs',
    'encodeParams',
    'encodeStream',
    'encodeStreamEnd',
    'encodeUnknownType',
    'isFcgiError',
    'locateNameValuePairs',
    'streamPadding',
    'writeRecordHeader',
  ]);
});
