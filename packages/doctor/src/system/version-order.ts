/** The first version number in a text: `2.6.2` in `v2.6.2 h1:…`; `undefined` where there is none. */
export function versionIn(text: string): string | undefined {
  return /(?<![\d.])\d+(?:\.\d+)+/.exec(text)?.[0];
}

/**
 * Whether a version is older than another, by their numbers. Missing parts count as 0: `2.6` equals `2.6.0`.
 *
 * @param version numbers with dots between them, as `versionIn` returns it; the same for `than`
 */
export function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const place = theirs.findIndex((number, index) => number !== (ours[index] ?? 0));
  return place >= 0 && (ours[place] ?? 0) < (theirs[place] ?? 0);
}
