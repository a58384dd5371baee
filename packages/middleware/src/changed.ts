/** New values by name; `undefined` takes the param away. */
export type Changes = Readonly<Record<string, string | undefined>>;

/**
 * Params with other values. What was there before stays as `ORIG_` and the name, as PHP does it, unless that is taken.
 *
 * @returns the same params where nothing would change
 */
export function changed(params: ReadonlyMap<string, string>, changes: Changes): ReadonlyMap<string, string> {
  const differing = Object.entries(changes).filter(([name, value]) => params.get(name) !== value);
  if (differing.length === 0) return params;
  const map = new Map(params);
  for (const [name, value] of differing) {
    const before = params.get(name);
    if (before !== undefined && !map.has(`ORIG_${name}`)) map.set(`ORIG_${name}`, before);
    if (value === undefined) map.delete(name);
    else map.set(name, value);
  }
  return map;
}
