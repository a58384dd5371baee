import { RecordDecoder } from '@fcgi-js/protocol';
import { naiveRecords } from '../src/wire/naive-decoder.ts';
import { describeRecord, outcomeOf, pieces, sameOutcome } from './outcome.ts';

/** Any bytes give records or a RemoteProtocolError: those of a second decoder, however the bytes are cut. */
export function fuzz(data: Buffer): void {
  const expected = naiveRecords(data);
  for (const size of [data.length, 1, 7]) {
    sameOutcome(outcomeOf(new RecordDecoder(), pieces(data, size), describeRecord), expected);
  }
}
