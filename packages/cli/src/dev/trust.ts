import type { IncomingMessage } from 'node:http';

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;
/** With any port. */
const LOOPBACK_HOST = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** What proxies add. */
const PROXY_FIELDS = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const;

/**
 * Whether whoever asks may see the sources and requests of the developer: it is on this machine, not behind a proxy
 * on it, and its browser thinks so, too. Any other host name may be one that somebody has pointed here in order to
 * read along (DNS rebinding).
 */
export function isDeveloper({ headers, socket }: IncomingMessage): boolean {
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(headers.host ?? '') &&
    PROXY_FIELDS.every((name) => headers[name] === undefined)
  );
}
