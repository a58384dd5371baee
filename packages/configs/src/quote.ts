import { ConfigError } from './errors.ts';

/**
 * Quoting, one function a product: each gives text that the product reads as exactly one word with the value, or
 * refuses the value. `option` is for the message.
 */
export type Quote = (option: string, value: string) => string;

/**
 * Nothing that ends a line, nothing that has no UTF-8, and nothing that makes a configuration look like another: characters that
 * change the writing direction, or have no width. Of variation selectors the one that emoji have is harmless.
 */
const UNPRINTABLE = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Values that no product needs quoting for. */
const PLAIN = /^[\w./-]+$/;

/** @throws ConfigError if the value has control characters, invisible ones, or halves of surrogate pairs */
export function checkPrintable(option: string, value: string): void {
  const found = UNPRINTABLE.exec(value)?.[0]?.codePointAt(0);
  if (found === undefined) return;
  const name = found.toString(16).toUpperCase().padStart(4, '0');
  throw new ConfigError(
    option,
    `has U+${name}, one of the control characters or invisible characters, with which a configuration means something else than it seems to; leave it out`,
  );
}

function refuse(option: string, value: string, forbidden: RegExp, reason: string): void {
  checkPrintable(option, value);
  const found = forbidden.exec(value)?.[0];
  if (found !== undefined) throw new ConfigError(option, `has ${JSON.stringify(found)}, ${reason}`);
}

/** For a regular expression of PCRE or RE2; `value` is a prefix that has been checked, so nothing in it ends a class. */
export function quoteRegex(value: string): string {
  return value.replace(/[^\w/~-]/g, '[$&]');
}

/** For nginx. */
export const quoteNginx: Quote = (option, value) => {
  refuse(option, value, /\$/, 'which nginx takes for a variable');
  return PLAIN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
};

/** For a regular expression of nginx that has been made of {@link quoteRegex}: braces and semicolons would end it. */
export function quoteNginxRegex(expression: string): string {
  return `"${expression}"`;
}

/** For Apache, always in quotes. */
export const quoteApache: Quote = (option, value) => {
  refuse(option, value, /[$%]\{/, 'which Apache takes for a variable');
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
};

/** For paths of Apache's `<Directory>` and `<Location>`, in which some characters stand for others. */
export const quoteApachePath: Quote = (option, value) => {
  refuse(option, value, /[*?[\]\\]/, 'which is a wildcard in a section of Apache');
  return quoteApache(option, value);
};

/** For lighttpd, always in quotes. */
export const quoteLighttpd: Quote = (option, value) => {
  refuse(option, value, /["\\]/, 'which cannot be quoted in a configuration of lighttpd');
  return `"${value}"`;
};

/** For a Caddyfile. */
export const quoteCaddy: Quote = (option, value) => {
  refuse(option, value, /["\\{}]/, 'which cannot be quoted in a Caddyfile');
  return PLAIN.test(value) ? value : `"${value}"`;
};

/** For the YAML of h2o, always in quotes. */
export const quoteYaml: Quote = (option, value) => {
  checkPrintable(option, value);
  return JSON.stringify(value);
};

/** For HAProxy. */
export const quoteHaproxy: Quote = (option, value) => {
  refuse(option, value, /'/, 'which ends what HAProxy does not look into');
  return PLAIN.test(value) ? value : `'${value}'`;
};

/** For a shell. */
export const quoteShell: Quote = (option, value) => {
  checkPrintable(option, value);
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
};

/** For a line of Cherokee's configuration: all that follows the sign of equality is the value. */
export const quoteCherokee: Quote = (option, value) => {
  refuse(option, value, /^\s|\s$|^$/, 'and the configuration of Cherokee has no quotes');
  return value;
};

/** For attributes of XML, always in quotes. */
export const quoteXml: Quote = (option, value) => {
  checkPrintable(option, value);
  const entities: Record<string, string> = { '"': '&quot;', '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return `"${value.replace(/["&<>]/g, (character) => entities[character] ?? '')}"`;
};

/** For a word of supervisor's `command`. */
export const quoteSupervisor: Quote = (option, value) => {
  refuse(option, value, /\s[;#]/, 'which begins a comment of supervisor');
  return quoteShell(option, value).replaceAll('%', '%%');
};

/** For a value in supervisor's `environment`, always in quotes. */
export const quoteSupervisorVariable: Quote = (option, value) => {
  refuse(option, value, /["']|\s[;#]/, 'which cannot be quoted in an environment of supervisor');
  return `"${value.replaceAll('%', '%%')}"`;
};

/** For a word of a command of systemd. */
export const quoteSystemd: Quote = (option, value) => {
  return quoteSystemdVariable(option, value).replaceAll('$', '$$$$');
};

/** For an assignment in `Environment=` of systemd, where `$` means nothing. */
export const quoteSystemdVariable: Quote = (option, value) => {
  checkPrintable(option, value);
  if (PLAIN.test(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
};

/** For the rest of a line of systemd that is one path. */
export const quoteSystemdPath: Quote = (option, value) => {
  refuse(option, value, /["'\\]|\s$/, 'which cannot be quoted in a unit of systemd');
  return value.replaceAll('%', '%%');
};
