import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { Params } from './params.ts';

/**
 * Changes the params of a request before anything else looks at them: a pure function that returns what it was given
 * where there is nothing to change, otherwise a new map. `@fcgi-js/middleware` has one for each known fault of a web
 * server. Every character of a value is one byte (Latin-1).
 *
 * ```ts
 * const params = (given) => new Map(given).set('REMOTE_USER', '');
 * ```
 */
export type ParamsTransform = (params: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

/**
 * What a transform makes of params. Where a name came more than once and the transform has not touched it, all its
 * values stay, because repeated header fields come so.
 *
 * @throws FcgiOptionError where it does not return a map of strings
 */
export function transformed(params: Params, transform: ParamsTransform): Params {
  const changed = transform(params);
  if (changed === params) return params;
  if (typeof changed?.get !== 'function' || typeof changed[Symbol.iterator] !== 'function') {
    throw new FcgiOptionError(
      'createServer(): the option "params" must return the params: what it was given, or a new Map.',
    );
  }
  // Thousands of params would take long to be looked up in the bytes, one by one.
  const before = new Map(params);
  const entries = [...params.received()].filter(([name]) => changed.get(name) === before.get(name));
  for (const [name, value] of changed) {
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw new FcgiOptionError('createServer(): the option "params" must return a map of strings.');
    }
    if (value !== before.get(name)) entries.push([name, value]);
  }
  return Params.from(entries);
}
