import { join, pair, pairs, pattern, record } from 'test-support';
import {
  abortRequest,
  begin,
  getValues,
  params,
  Role,
  request,
  requestBody,
  requestHead,
  streamEnd,
  streamRecords,
  Type,
  usualParams,
} from './requests.ts';

const padded = { padding: 5, reserved: 0 };

/** Streams of records that follow the rules, of every kind that web servers send: what the fuzzer changes. */
export const fuzzSeeds: readonly Uint8Array[] = [
  request('/echo?plain'),
  request('/echo', { body: 'a body of some bytes' }),
  join(request('/early'), request('/echo', { id: 2, keep: false })),
  join(
    join(begin(1), begin(2)),
    join(params(1, usualParams('/echo?1')), params(2, usualParams('/echo?2'))),
    join(requestBody('', 2), requestBody('', 1)),
  ),
  join(request('/abort?token=fuzz&ms=50'), abortRequest(), request('/early')),
  join(begin(3), abortRequest(3), request('/early', { id: 3 })),
  join(getValues(['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS']), request('/early')),
  join(record(99, 0, 'unknown'), request('/early')),
  join(
    begin(1, { role: Role.authorizer }),
    params(1, [
      ['REQUEST_METHOD', 'GET'],
      ['REQUEST_URI', '/auth?user=alice'],
    ]),
  ),
  join(
    requestHead('/filter', { role: Role.filter, body: 'in', params: [['FCGI_DATA_LENGTH', '4']] }),
    requestBody('in'),
    record(Type.data, 1, 'data'),
    streamEnd(Type.data, 1),
  ),
  request('/stderr?n=3'),
  request('/cat', { body: pattern(5_000) }),
  request('/big?n=70000'),
  join(
    record(Type.begin, 1, [0, 1, 1, 0, 0, 0, 0, 0], padded),
    record(Type.params, 1, pairs(usualParams('/echo')), padded),
    record(Type.params, 1, '', padded),
    record(Type.stdin, 1, '', padded),
  ),
  join(
    begin(),
    streamRecords(Type.params, 1, pairs(usualParams('/echo')), 7),
    streamEnd(Type.params, 1),
    requestBody(),
  ),
  join(
    begin(),
    record(Type.params, 1, join(pairs(usualParams('/echo')), pair('LONG', 'l'.repeat(500)))),
    record(Type.params, 1, pair('SHORT', 's', { name: 4, value: 4 })),
    streamEnd(Type.params, 1),
    requestBody(),
  ),
  join(
    requestHead('/echo', { method: 'DELETE' }),
    requestBody(),
    new Uint8Array(8),
    streamEnd(Type.stdin, 1),
  ),
  request('/echo', { role: 9 }),
  join(
    requestHead('/early', { body: pattern(2_000) }),
    requestBody(pattern(2_000)),
    request('/cookies', { id: 2 }),
  ),
  join(
    request('/throw?when=mid', { id: 4 }),
    request('/throw', { id: 5 }),
    request('/status?code=304', { id: 6 }),
  ),
];
