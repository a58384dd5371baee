import type { IncomingMessage } from 'node:http';
import { escapeLogText } from '@fcgi-js/client';

/** The name in a Host field, without its port and a dot at its end; `undefined` where there is none. */
function hostName(host: string | undefined): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::\d{0,5})?$/i.exec(host?.slice(0, 300) ?? '')?.[1]?.toLowerCase();
}

/** Names that every machine has for itself alone. */
function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

/**
 * Whether a request names this machine: by a loopback name, by the address that it has come to, or by a name that was
 * allowed. Any other may be the name of a hostile page whose address points here, to read along in a browser of this machine
 * (DNS rebinding).
 *
 * @param allowed host names without a port
 */
export function isExpectedHost({ headers, socket }: IncomingMessage, allowed: readonly string[]): boolean {
  const name = hostName(headers.host);
  if (name === undefined) return false;
  const own = socket.localAddress?.replace(/^::ffff:/, '') ?? '';
  return (
    isLoopbackName(name) ||
    name.replace(/^\[|\]$/g, '') === own ||
    allowed.some((one) => hostName(one) === name)
  );
}

/**
 * Why a request is refused for its Host, as text for the person in front of it.
 *
 * @param remedy what to do, given the name
 */
export function unexpectedHostText({ headers }: IncomingMessage, remedy: (name: string) => string): string {
  const host = headers.host ?? '';
  const named = host === '' ? 'no host name' : `the host name ${escapeLogText(host.slice(0, 300))}`;
  return `Misdirected Request

The request has ${named}, which does not stand for this machine alone. Another site could point such a name
here, and read what is served (DNS rebinding).

${remedy(hostName(host) ?? 'NAME')}
`;
}
