import { escapeLogText } from '@fcgi-js/client';
import { hideSecretsIn } from './secrets/hide-secrets.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text: UTF-8 where they are valid UTF-8, otherwise one character for each byte (latin1). Not escaped. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** As {@link decodeText}, for text of which each character is one byte, as header fields and params have it. */
export function decodeLatin1(text: string): string {
  return decodeText(Buffer.from(text, 'latin1'));
}

/**
 * Bytes as one line of text that is safe for a terminal: control and invisible characters are escaped.
 *
 * @param most characters of the result; what is cut off is replaced by `…`. No limit by default
 */
export function showBytes(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): string {
  const text = escapeLogText(decodeText(bytes));
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Bytes of an output that are looked at by {@link startText}. */
export const START_BYTES = 256;
const START_CHARACTERS = 60;

/**
 * The start of an output in quotes, for error messages: at most 60 characters of its first 256 bytes. Secrets are hidden,
 * control characters are not escaped.
 */
export function startText(bytes: Uint8Array): string {
  const text = hideSecretsIn(decodeText(bytes.subarray(0, START_BYTES)));
  return text.length > START_CHARACTERS ? `"${text.slice(0, START_CHARACTERS)}…"` : `"${text}"`;
}

/** A number of bytes in words: `1 byte`, `1,234 bytes`. */
export function byteCount(length: number): string {
  return `${length.toLocaleString('en-US')} ${length === 1 ? 'byte' : 'bytes'}`;
}
