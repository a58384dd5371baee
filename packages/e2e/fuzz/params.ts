import { locateNameValuePairs, NameValueDecoder, RemoteProtocolError } from '@fcgi-js/protocol';
import { toLatin1 } from 'test-support';
import { Params } from '../../server/src/cgi/params.ts';
import { naivePairs } from '../src/wire/naive-decoder.ts';
import { describePair, outcomeOf, pieces, sameOutcome } from './outcome.ts';

const UNLIMITED = { bytes: Number.POSITIVE_INFINITY, pairs: Number.POSITIVE_INFINITY };
const LIMITS = { bytes: 300, pairs: 8 };

/** Any bytes give pairs or a RemoteProtocolError: the same in all ways to decode them, within limits or without. */
export function fuzz(data: Buffer): void {
  const expected = naivePairs(data);
  for (const size of [data.length, 1, 7]) {
    sameOutcome(outcomeOf(new NameValueDecoder(UNLIMITED), pieces(data, size), describePair), expected);
  }
  const located = attempt(() => locateNameValuePairs(data, LIMITS));
  const params = attempt(() => Params.decode(Buffer.from(data), LIMITS));
  if ((located === undefined) !== (params === undefined)) throw new Error('Params and pairs differ.');
  if (params !== undefined && located !== undefined) checkParams(params, data, located);
}

/** What a name stands for is the last value that came with it. */
function checkParams(params: Params, data: Uint8Array, positions: readonly number[]): void {
  const last = new Map<string, string>();
  for (let index = 0; index < positions.length; index += 3) {
    const [start, middle, end] = positions.slice(index, index + 3);
    last.set(toLatin1(data.subarray(start, middle)), toLatin1(data.subarray(middle, end)));
  }
  if (params.size !== last.size) throw new Error(`There are ${params.size} names, not ${last.size}.`);
  for (const [name, value] of last) {
    if (params.get(name) !== value)
      throw new Error(`Another value than the last of ${JSON.stringify(name)}.`);
  }
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return undefined;
  }
}
