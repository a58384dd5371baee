import { type FcgiRecord, RecordDecoder } from '@fcgi-js/protocol';
import type { Scanned, ScannedRecord } from '../watch/scanner.ts';
import { describeRecord } from './describe-record.ts';
import { byteCount, showBytes } from './text.ts';

const SHOWN_CHARACTERS = 60;

/** What a record says, or that it says nothing. */
export function describeScanned(scanned: Scanned): string {
  if (scanned.kind === 'zeros') return byteCount(scanned.length);
  if (scanned.kind !== 'record') return showBytes(scanned.start, SHOWN_CHARACTERS);
  const record = toRecord(scanned);
  return record === undefined ? `${byteCount(scanned.content.length)}, not readable` : describeRecord(record);
}

/** The record as the protocol has it, or `undefined` where it breaks the protocol. */
export function toRecord({ bytes }: ScannedRecord): FcgiRecord | undefined {
  const decoder = new RecordDecoder();
  decoder.push(bytes);
  try {
    return decoder.next();
  } catch {
    return undefined;
  }
}
