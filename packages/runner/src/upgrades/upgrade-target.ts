/** How an application sees the URL of an upgrade. */
export interface UpgradeTarget {
  /** The prefix that it is mounted at, as it stands in the URL; '' at the root. */
  readonly baseUrl: string;
  /** The URL without the prefix; at least `/`. */
  readonly url: string;
}

/** A dot segment after decoding, between slashes of either kind. */
const DOT_SEGMENT = /[/\\]\.{1,2}(?:[/\\]|$)/;

/**
 * Splits the URL of an upgrade at the prefix, as that of a request is split. Browsers resolve dot segments before they ask for a
 * WebSocket: below a prefix a path that has them is outside.
 *
 * @param url path and query, as the browser sent them
 * @param prefix decoded, with or without a slash at its end; '' and `/` are the root
 * @returns undefined where the path lies outside the prefix
 */
export function upgradeTarget(url: string, prefix: string): UpgradeTarget | undefined {
  const mount = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  if (mount === '') return { baseUrl: '', url };
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const whole = decoded(path);
  if (whole === undefined || DOT_SEGMENT.test(whole)) return undefined;
  const count = mount.split('/').length;
  const baseUrl = path.split('/').slice(0, count).join('/');
  if (decoded(baseUrl) !== mount) return undefined;
  const rest = url.slice(baseUrl.length);
  return { baseUrl, url: rest.startsWith('/') ? rest : `/${rest}` };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
