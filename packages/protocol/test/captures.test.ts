import {
  type FcgiRecord,
  locateNameValuePairs,
  NameValueDecoder,
  RecordDecoder,
  RecordType,
} from '@fcgi-js/protocol';
import { chunkings, cutAt, fromBase64, join, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import apache from './data/apache.json' with { type: 'json' };
import caddy from './data/caddy.json' with { type: 'json' };
import cgiFcgi from './data/cgi-fcgi.json' with { type: 'json' };
import cherokee from './data/cherokee.json' with { type: 'json' };
import haproxy from './data/haproxy.json' with { type: 'json' };
import lighttpd from './data/lighttpd.json' with { type: 'json' };
import nginx from './data/nginx.json' with { type: 'json' };
import { decode, errorOf } from './support.ts';

/** One request as it is listed beside the bytes. */
interface ListedRequest {
  readonly requestId: number;
  readonly role: number;
  readonly flags: number;
  readonly params: readonly (readonly string[])[];
  readonly stdinLength: number;
}

interface CapturedConnection {
  readonly bytes: string;
  /** Only the beginning was recorded. */
  readonly cut?: boolean;
  readonly requests: readonly ListedRequest[];
}

const products: [name: string, captures: { name: string; connections: CapturedConnection[] }[]][] = [
  ['Apache', apache],
  ['Caddy', caddy],
  ['cgi-fcgi', cgiFcgi],
  ['Cherokee', cherokee],
  ['HAProxy', haproxy],
  ['lighttpd', lighttpd],
  ['nginx', nginx],
];

/** The requests in the records of one connection, as the data list them. */
function requestsIn(records: readonly FcgiRecord[]): ListedRequest[] {
  const begun: { listed: Omit<ListedRequest, 'params'>; params: NameValueDecoder; contents: Uint8Array[] }[] =
    [];
  const ofRecord = ({ requestId }: FcgiRecord) =>
    begun.findLast(({ listed }) => listed.requestId === requestId)!;
  for (const record of records) {
    if (record.type === RecordType.BeginRequest) {
      const { requestId, role, flags } = record;
      const listed = { requestId, role, flags, stdinLength: 0 };
      begun.push({ listed, params: new NameValueDecoder(), contents: [] });
    } else if (record.type === RecordType.Params) {
      ofRecord(record).contents.push(record.content);
    } else if (record.type === RecordType.Stdin) {
      const request = ofRecord(record);
      const stdinLength = request.listed.stdinLength + record.content.length;
      request.listed = { ...request.listed, stdinLength };
    }
  }
  return begun.map(({ listed, params, contents }) => {
    const pairs = decode(params, contents).map(({ name, value }) => [toLatin1(name), toLatin1(value)]);
    params.end();
    return { ...listed, params: pairs };
  });
}

/** The pairs of all PARAMS of one connection, found in place. */
function locatedParams(records: readonly FcgiRecord[]): string[][] {
  const bytes = join(...records.map((record) => (record.type === RecordType.Params ? record.content : '')));
  const positions = locateNameValuePairs(bytes);
  return Array.from({ length: positions.length / 3 }, (_, index) => {
    const [start, middle, end] = positions.slice(index * 3);
    return [toLatin1(bytes.subarray(start, middle)), toLatin1(bytes.subarray(middle, end))];
  });
}

/** In the order that the data have, so that texts can be compared. */
function listedText(requests: readonly ListedRequest[]): string {
  return JSON.stringify(
    requests.map(({ requestId, role, flags, params, stdinLength }) => [
      requestId,
      role,
      flags,
      params,
      stdinLength,
    ]),
  );
}

describe.each(products)('what %s sends', (_product, captures) => {
  const connections = captures.flatMap(({ name, connections: all }) =>
    all.map((connection) => ({ ...connection, name, bytes: fromBase64(connection.bytes) })),
  );

  test.each(connections)('as $name is what is listed beside it', ({ bytes, cut, requests }) => {
    const singles = cutAt(bytes, [...bytes.keys()].slice(1));
    for (const chunks of [[bytes], singles]) {
      const decoder = new RecordDecoder();
      const records = decode(decoder, chunks);
      expect(requestsIn(records)).toEqual(requests);
      expect(locatedParams(records)).toEqual(requests.flatMap(({ params }) => params));
      if (cut) expect(errorOf(() => decoder.end())).toMatchObject({ code: 'FCGI_RECORD_TRUNCATED' });
      else expect(decoder.end()).toBeUndefined();
    }
  });

  test('is the same however it is cut', () => {
    // The shortest, because there are as many ways to cut as there are bytes.
    const [shortest] = connections.toSorted((a, b) => a.bytes.length - b.bytes.length);
    const { bytes, requests } = shortest!;
    const wrong: string[] = [];
    for (const { name, chunks } of chunkings(bytes, Uint8Array.of(1, 5, 0))) {
      const found = requestsIn(decode(new RecordDecoder(), chunks));
      if (listedText(found) !== listedText(requests)) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });
});

test('the captures are of seven products, and have the cases that are unlike the others', () => {
  const all = products.flatMap(([, captures]) => captures.flatMap(({ connections }) => connections));
  const records = all.flatMap(({ bytes }) => decode(new RecordDecoder(), [fromBase64(bytes)]));
  const types = new Set(records.map(({ type }) => type));
  expect([...types].sort((a, b) => Number(a) - Number(b))).toEqual([1, 2, 4, 5, 9]);
  const requests = all.flatMap((connection) => connection.requests);
  expect(new Set(requests.map(({ role }) => role))).toEqual(new Set([1, 2]));
  expect(
    requests.some(({ params }) => params.some(([name, value]) => name!.length > 127 && value!.length > 0)),
  ).toBe(true);
  expect(requests.some(({ params }) => params.some(([, value]) => value!.length === 128))).toBe(true);
  expect(requests.some(({ params }) => params.some(([, value]) => /[\x80-\xff]/.test(value!)))).toBe(true);
});
