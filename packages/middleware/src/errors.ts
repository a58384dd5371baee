/**
 * An argument that a fix cannot work with. Its `code` is that of `FcgiOptionError` of `@fcgi-js/protocol`, on which this package
 * does not depend: `isFcgiError(error)` is true for it.
 */
export function optionError(message: string): TypeError & { readonly code: 'FCGI_OPTION_INVALID' } {
  return Object.assign(new TypeError(message), { code: 'FCGI_OPTION_INVALID' } as const);
}
