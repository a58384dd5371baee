/** The names of header fields (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the value of a field must not have: controls, line ends among them, and what is no byte (RFC 9110 §5.5). */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a text is a name that a header field can have, or a method. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether a text can be sent as the value of a header field or as a reason phrase; each character is one byte. */
export function isFieldValue(text: string): boolean {
  return !FORBIDDEN_IN_VALUE.test(text);
}
