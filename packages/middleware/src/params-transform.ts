import { optionError } from './errors.ts';

/**
 * Changes the params of a request before anything else looks at them: a pure function that returns what it was given
 * where there is nothing to change, otherwise a new map. The option `params` of `createServer` of `@fcgi-js/server`
 * takes one. Every character of a value is one byte (Latin-1).
 */
export type ParamsTransform = (params: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

/**
 * Makes one transform of several.
 *
 * ```ts
 * const params = composeParams(lighttpdCgiRootFix(), forwarded({ trust: ['10.0.0.0/8'] }));
 * ```
 *
 * @param transforms applied from the first to the last, each to what the one before it has made
 * @throws TypeError where one is no function
 */
export function composeParams(...transforms: readonly ParamsTransform[]): ParamsTransform {
  for (const transform of transforms) {
    if (typeof transform !== 'function') {
      throw optionError('composeParams() takes transforms, for example composeParams(iisFix()).');
    }
  }
  return (params) => transforms.reduce((changed, transform) => transform(changed), params);
}
