/** In Node up to 22 a `Response` keeps what its body was made of in a property with this symbol. */
let state: symbol | 'unavailable' | undefined;

/**
 * The text or the bytes that a response was made of, so that they need not be read through a stream. Node's documentation does
 * not promise them; later versions keep them where nothing can look.
 *
 * @returns `undefined` where they are not there, or the body has been touched
 */
export function bodySource(response: Response): string | Uint8Array | undefined {
  state ??= stateSymbol();
  if (state === 'unavailable' || !(response instanceof Response)) return undefined;
  const source = sourceIn(response, state);
  return source === undefined || response.bodyUsed || response.body?.locked !== false ? undefined : source;
}

function stateSymbol(): symbol | 'unavailable' {
  const sample = new Response('x');
  const found = Object.getOwnPropertySymbols(sample).find(({ description }) => description === 'state');
  return found !== undefined && sourceIn(sample, found) === 'x' ? found : 'unavailable';
}

function sourceIn(response: Response, symbol: symbol): string | Uint8Array | undefined {
  const { body } = (Reflect.get(response, symbol) ?? {}) as { body?: { source?: unknown } | null };
  const source = body?.source;
  return typeof source === 'string' || source instanceof Uint8Array ? source : undefined;
}
