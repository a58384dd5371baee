/** What proxies have said about a request, one entry for each of them, the nearest to the browser first. */
export interface Hops {
  /** Whom each proxy had the request from. */
  readonly clients: readonly string[];
  /** The host that each was asked for. */
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
  /** The scheme that each was asked with. */
  readonly schemes: readonly string[];
}

/** Parts of a list or of an element, quoted text left whole (RFC 9110 §5.6.4). */
const ELEMENTS = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
const PAIRS = /(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/g;

/** Out of X-Forwarded-For, -Host, -Port and -Proto. */
export function xForwardedHops(params: ReadonlyMap<string, string>): Hops {
  const list = (name: string) => {
    const text = params.get(`HTTP_X_FORWARDED_${name}`) ?? '';
    return text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim());
  };
  return {
    clients: list('FOR').map(withoutPort),
    hosts: list('HOST'),
    ports: list('PORT'),
    schemes: list('PROTO'),
  };
}

/** Out of Forwarded (RFC 7239). */
export function forwardedHops(params: ReadonlyMap<string, string>): Hops {
  const elements = (params.get('HTTP_FORWARDED') ?? '').match(ELEMENTS) ?? [];
  const hops = elements.map((element) => {
    const pairs = (element.match(PAIRS) ?? []).map((pair) => {
      const middle = pair.indexOf('=');
      return [
        pair.slice(0, Math.max(middle, 0)).trim().toLowerCase(),
        pairValue(pair.slice(middle + 1).trim()),
      ] as const;
    });
    return new Map(pairs.filter(([, value]) => value !== undefined));
  });
  const all = (name: string) => hops.map((hop) => hop.get(name) ?? '');
  return { clients: all('for').map(withoutPort), hosts: all('host'), ports: [], schemes: all('proto') };
}

/** A token, or the text in quotes; `undefined` where it is neither. */
function pairValue(text: string): string | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  return /["\s]/.test(text) ? undefined : text;
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` without port and brackets; everything else as it is. */
function withoutPort(client: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(client) ?? [];
  return bracketed ?? plain ?? client;
}
