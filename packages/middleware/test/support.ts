import type { ParamsTransform } from '@fcgi-js/middleware';

/** Params by name. */
export type Given = Readonly<Record<string, string>>;

/** What a transform makes of params, without what it has kept of those before. */
export function result(transform: ParamsTransform, given: Given): Record<string, string> {
  const entries = [...transform(new Map(Object.entries(given)))];
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('ORIG_')));
}

/** Whether a transform gives back the very params that it was given. */
export function leavesAlone(transform: ParamsTransform, given: Given): boolean {
  const params = new Map(Object.entries(given));
  return transform(params) === params;
}
