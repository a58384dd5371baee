import { escapeLogText } from '@fcgi-js/client';
import { hideInText } from '../secrets/hide-in-text.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes from outside as text: UTF-8 where they are that, else one character for each byte. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Text in which each character is one byte, as text for people. */
export function decodeLatin1(text: string): string {
  return decodeText(Buffer.from(text, 'latin1'));
}

/** Text for people as text in which each character is one byte, as params have it. */
export function toParamText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Bytes from outside on one line of a terminal, at most so many characters of them. */
export function showBytes(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): string {
  const text = escapeLogText(decodeText(bytes));
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Bytes of an output that are looked at by {@link startText}. */
export const START_BYTES = 256;
const START_CHARACTERS = 60;

/** What an output starts with, in quotes, to show what it is instead of what it should be. Secrets are hidden in it. */
export function startText(bytes: Uint8Array): string {
  const text = hideInText(decodeText(bytes.subarray(0, START_BYTES)));
  return text.length > START_CHARACTERS ? `"${text.slice(0, START_CHARACTERS)}…"` : `"${text}"`;
}

/** `1 byte`, `1,234 bytes`. */
export function byteCount(length: number): string {
  return `${length.toLocaleString('en-US')} ${length === 1 ? 'byte' : 'bytes'}`;
}
