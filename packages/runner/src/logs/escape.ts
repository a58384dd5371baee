const PLAIN = /^[ !#-[\]-~]*$/;
const UNSAFE = /["\\]|[^ -~]/g;

/**
 * A value for a line of a log, as Apache writes it: quotes and backslashes with a backslash before them, everything that
 * is not printable ASCII as `\xhh`. No value can end its field, or begin a line, or move the cursor of a terminal.
 *
 * @param value each character is one byte
 */
export function escapeValue(value: string): string {
  // Nearly every value.
  if (PLAIN.test(value)) return value;
  return value.replace(UNSAFE, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

const NOT_ASCII = /[^\0-\x7f]/;

/** The text of bytes, each of which is one character: UTF-8, as browsers and scripts send it. */
export function textOfBytes(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes;
}
