import { type Bytes, join, pairs, record } from 'test-support';
import type { Random } from '../random.ts';
import { request, Type, usualParams } from '../requests.ts';

/** What only a request that was hidden in a body asks for, and what only a hidden answer says. */
export const MARK = 'marked';

/** Ids of hidden records: those of requests beside them, one that no request has, and the last one. */
const IDS = [1, 1, 2, 3, 4, 7, 65_535];

/**
 * Bytes that would do harm if they were read as records: whole requests and whole answers, of which the first begins
 * anywhere. It may be the end of a record, or stand after the padding of another one.
 *
 * @param http whether some of it may be requests and answers of HTTP
 */
export function hiddenBytes(random: Random, http = false): Uint8Array {
  const parts: Bytes[] = [];
  if (random.chance(0.3)) parts.push(random.bytes(random.between(1, 24)));
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const make = random.pick(http ? [...KINDS, httpRequest, httpAnswer] : KINDS);
    parts.push(make(random.pick(IDS), random));
  }
  if (random.chance(0.2)) parts.push(record(Type.stdin, random.pick(IDS), '', { contentLength: 65_535 }));
  if (random.chance(0.2)) parts.push(new Uint8Array(random.between(1, 16)));
  return join(...parts);
}

const KINDS = [wholeRequest, wholeRequest, recordsOfRequest, answer, answer, endOnly, abort, management];

function wholeRequest(id: number, random: Random): Uint8Array {
  return request(`/${MARK}`, { body: random.chance(0.5) ? 'hidden' : '', id, keep: random.chance(0.8) });
}

/** In records as small web servers send them, with padding. */
function recordsOfRequest(id: number, random: Random): Uint8Array {
  const padded = { padding: random.pick([0, 1, 7, 8]) };
  const params = pairs(usualParams(`/${MARK}`));
  const at = random.below(params.length);
  return join(
    record(Type.begin, id, [0, 1, 1, 0, 0, 0, 0, 0], padded),
    record(Type.params, id, params.subarray(0, at), padded),
    record(Type.params, id, params.subarray(at), padded),
    record(Type.params, id, '', padded),
    record(Type.stdin, id, '', padded),
  );
}

function answer(id: number, random: Random): Uint8Array {
  const head = `Status: 200 OK\r\nContent-Type: text/plain\r\nX-Token: ${MARK}\r\n\r\n${MARK}`;
  return join(
    record(Type.stdout, id, random.chance(0.7) ? head : MARK),
    random.chance(0.5) ? record(Type.stdout, id) : '',
    endOnly(id),
  );
}

function endOnly(id: number): Uint8Array {
  return record(Type.end, id, new Uint8Array(8));
}

function abort(id: number): Uint8Array {
  return record(Type.abort, id);
}

function management(): Uint8Array {
  return record(Type.getValues, 0, pairs([['FCGI_MAX_REQS', '']]));
}

function httpRequest(): Uint8Array {
  return join(`\r\n\r\nPOST /${MARK} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
}

function httpAnswer(): Uint8Array {
  return join(`\r\n\r\nHTTP/1.1 200 OK\r\nX-Token: ${MARK}\r\nContent-Length: 6\r\n\r\n${MARK}`);
}
