import type { FcgiRequest } from '../../request/fcgi-request.ts';
import { REQUEST } from '../fcgi-request-of.ts';

/** What a lazy request is made of. */
export interface LazyParts {
  /** Makes the request that it stands for. */
  readonly make: () => Request;
  readonly method: string;
  /** The FastCGI request; there for every one but that of the trial. */
  readonly request?: FcgiRequest;
  readonly signal: () => AbortSignal;
  readonly url: string;
}

/** Makes a request of which the cheap parts alone are there. */
type MakeLazy = (parts: LazyParts) => Request;

const PARTS = Symbol('fcgi-js.parts');
const MADE = Symbol('fcgi-js.made');

let prepared: MakeLazy | 'unavailable' | undefined;

/**
 * Makes a `Request` that is made when it is asked for more than its method, address and signal. Few are, and that costs as much
 * as all the rest of a request.
 *
 * It is an instance of `Request`, whose methods find the state that they look for: Node up to 22 keeps it in properties with
 * symbols, which lead to the request that is made then. Later versions keep it where nothing can be put in its place.
 *
 * @returns `undefined` where that is not possible
 */
export function lazyRequest(parts: LazyParts): Request | undefined {
  prepared ??= prepare();
  return prepared === 'unavailable' ? undefined : prepared(parts);
}

function prepare(): MakeLazy | 'unavailable' {
  const symbols = Object.getOwnPropertySymbols(new Request('http://localhost/'));
  const make = lazyClass(symbols);
  return symbols.length > 0 && isAsExpected(make) ? make : 'unavailable';
}

function lazyClass(symbols: readonly symbol[]): MakeLazy {
  // Not private: methods may be called on a Proxy of it.
  class LazyRequest {
    readonly [PARTS]: LazyParts;
    [MADE]: Request | undefined;

    constructor(parts: LazyParts) {
      this[PARTS] = parts;
      this[MADE] = undefined;
    }

    get [REQUEST](): FcgiRequest | undefined {
      return this[PARTS].request;
    }

    get method(): string {
      return this[PARTS].method;
    }

    get signal(): AbortSignal {
      return this[PARTS].signal();
    }

    get url(): string {
      return this[PARTS].url;
    }

    clone(): Request {
      return made(this).clone();
    }
  }

  function made(lazy: LazyRequest): Request {
    lazy[MADE] ??= lazy[PARTS].make();
    return lazy[MADE];
  }

  for (const symbol of symbols) {
    Object.defineProperty(LazyRequest.prototype, symbol, {
      configurable: true,
      get(this: LazyRequest): unknown {
        return Reflect.get(made(this), symbol);
      },
      set(this: LazyRequest, value: unknown) {
        Reflect.set(made(this), symbol, value);
      },
    });
  }
  Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);
  // Else errors and `console.log()` would name it.
  Reflect.deleteProperty(LazyRequest.prototype, 'constructor');
  return (parts) => {
    const lazy: object = new LazyRequest(parts);
    return lazy as Request;
  };
}

/** Tries it. */
function isAsExpected(makeLazy: MakeLazy): boolean {
  try {
    let count = 0;
    const url = 'http://localhost/a?b';
    const make = () => {
      count += 1;
      return new Request(url, { method: 'PUT', headers: { 'x-a': 'c' }, body: 'd' });
    };
    const { signal } = new AbortController();
    const lazy = makeLazy({ make, method: 'PUT', signal: () => signal, url });
    if (!(lazy instanceof Request) || lazy.method !== 'PUT' || lazy.url !== url || count > 0) return false;
    if (lazy.headers.get('x-a') !== 'c' || lazy.bodyUsed || lazy.body === null) return false;
    const init: RequestInit = { duplex: 'half' };
    const copy = new Request(lazy, init);
    const isCopied = copy.url === url && copy.method === 'PUT' && copy.headers.get('x-a') === 'c';
    return isCopied && copy.body !== null && lazy.bodyUsed && count === 1;
  } catch {
    return false;
  }
}
