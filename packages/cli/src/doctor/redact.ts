/** Names of variables, fields and query parameters whose values are nobody's business. */
const SECRET_NAME =
  /\b[\w.-]*(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|credential|session[-_]?id)[\w.-]*/;

const ASSIGNED = new RegExp(`(${SECRET_NAME.source}["']?\\s*[=:]\\s*)("[^"]*"|'[^']*'|[^\\s&;,]+)`, 'gi');
const HEADERS = /\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi;
const IN_URL = /(\b[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;

/** Shorter values would be found everywhere. */
const SECRET_LENGTH = 6;

const HIDDEN = '[hidden]';

/**
 * Makes a function that takes out of texts what must not be shown: passwords in URLs, values of names that promise a
 * secret, credentials in header fields, and the values that such variables have in the environments.
 */
export function redactor(
  ...environments: ReadonlyArray<Readonly<Record<string, string | undefined>>>
): (text: string) => string {
  const secrets = environments
    .flatMap((environment) => Object.entries(environment))
    .filter(
      ([name, value]) => new RegExp(SECRET_NAME, 'i').test(name) && (value?.length ?? 0) >= SECRET_LENGTH,
    )
    .map(([, value]) => value!);
  return (text) => {
    const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
    return known
      .replace(IN_URL, `$1${HIDDEN}@`)
      .replace(HEADERS, `$1$2${HIDDEN}`)
      .replace(ASSIGNED, `$1${HIDDEN}`);
  };
}
