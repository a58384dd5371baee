/** What a compiled CommonJS module exports by default is below the `default` that Node gives it. */
export function defaultExport(namespace: unknown): unknown {
  const { default: exported } = namespace as { readonly default?: unknown };
  const isWrapped = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  return isWrapped ? defaultExport(exported) : exported;
}
