import { type FcgiRecord, RecordDecoder } from '@fcgi-js/protocol';
import { byteCount, showBytes } from '../bytes-as-text.ts';
import type { Scanned, ScannedRecord } from '../record-scanner.ts';
import { describeRecord } from './describe-record.ts';

const SHOWN_CHARACTERS = 60;

/**
 * The content of a scanned record in a few words, as {@link describeRecord} has it; of bytes that are not a record, the
 * first 60 characters, escaped for a terminal.
 */
export function describeScanned(scanned: Scanned): string {
  if (scanned.kind === 'zeros') return byteCount(scanned.length);
  if (scanned.kind !== 'record') return showBytes(scanned.start, SHOWN_CHARACTERS);
  const record = toRecord(scanned);
  return record === undefined ? `${byteCount(scanned.content.length)}, not readable` : describeRecord(record);
}

/** The record as `RecordDecoder` returns it; `undefined` where the decoder rejects it. */
export function toRecord({ bytes }: ScannedRecord): FcgiRecord | undefined {
  const decoder = new RecordDecoder();
  decoder.push(bytes);
  try {
    return decoder.next();
  } catch {
    return undefined;
  }
}
