import { isIPv6 } from 'node:net';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { authorityOf } from '../params/request-target.ts';
import { hostName, type RequestFacts } from '../params-from-request.ts';

/** Not in a name or an address; a port would have no effect, so it is refused. */
const NOT_IN_NAMES = /[\s/?#@\\:%]/;

/** The hosts that a gateway answers for, by their names and addresses. */
export class AllowedHosts {
  readonly #names: ReadonlySet<string> | undefined;

  /**
   * @param hosts names, or addresses of IPv4 and IPv6, without a port; `undefined` allows all
   * @throws FcgiOptionError where one of them is neither
   */
  constructor(hosts: readonly string[] | undefined) {
    if (hosts !== undefined && !Array.isArray(hosts)) {
      throw new FcgiOptionError("allowedHosts must be a list of names, such as ['localhost', '127.0.0.1'].");
    }
    this.#names = hosts && new Set(hosts.map(parseHost));
  }

  /** Whether the host that a request names is one of them, whatever its port. */
  allow({ fields, target }: RequestFacts): boolean {
    if (this.#names === undefined) return true;
    const named = authorityOf(target) ?? fields.find(([name]) => name.toLowerCase() === 'host')?.[1];
    const host = normalized(hostName(named) ?? '');
    return host !== undefined && this.#names.has(host);
  }
}

function parseHost(host: string): string {
  const bare = typeof host === 'string' ? host.replace(/^\[(.*)\]$/, '$1') : '';
  const name = isIPv6(bare) || !NOT_IN_NAMES.test(bare) ? normalized(bare) : undefined;
  if (name === undefined) {
    throw new FcgiOptionError(
      `allowedHosts must have names or addresses without a port, but one is ${JSON.stringify(host)}.`,
    );
  }
  return name;
}

/** One spelling for each host: in small letters, without the dot of the root, an IPv6 address as short as can be. */
function normalized(host: string): string | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const url = `http://${isIPv6(bare) ? `[${bare}]` : bare}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined;
}
