/**
 * The path that may be one of the status pages: what the web server makes of the URL, SCRIPT_NAME and PATH_INFO together. It is
 * what the rules of most web servers are about, and so the access to a page is theirs to decide.
 *
 * Others, such as HAProxy, compare the URL as the browser has written it, and decode it for the application: there
 * `/%73tatus` passes a rule for `/status`. So this is `undefined` where REQUEST_URI is another spelling of the path, and the
 * request goes to the application. A REQUEST_URI that has nothing to do with the path does not count: the web server has
 * rewritten it, as nginx does for a page of error_page.
 */
export function pagePath(params: { get(name: string): string | undefined }): string | undefined {
  const path = `${params.get('SCRIPT_NAME') ?? ''}${params.get('PATH_INFO') ?? ''}`;
  const uri = params.get('REQUEST_URI') ?? '';
  return uri !== '' && isOtherSpelling(uri, path) ? undefined : path;
}

/** Whether a URL means a path, or ends with it, the web server having taken a prefix away, but is not written like it. */
function isOtherSpelling(uri: string, path: string): boolean {
  const written = uri.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
  if (!plainForm(written).endsWith(plainForm(path))) return false;
  if (!written.endsWith(path)) return true;
  const prefix = written.slice(0, written.length - path.length);
  return plainForm(prefix) !== prefix.toLowerCase();
}

/** A path decoded and in lower case, without `//`, `/./`, `/../`, `;` and a slash at its end: one form for all spellings. */
function plainForm(path: string): string {
  const segments: string[] = [];
  for (const segment of decode(path).toLowerCase().split(/[/\\]/)) {
    const name = segment.replace(/;.*/s, '');
    if (name === '..') segments.pop();
    else if (name !== '.' && name !== '') segments.push(name);
  }
  return segments.map((name) => `/${name}`).join('');
}

/** Params are bytes: each character is one. */
function decode(path: string): string {
  return path.replace(/%([\da-f]{2})/gi, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
