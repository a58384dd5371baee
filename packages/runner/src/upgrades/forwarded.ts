import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';

/** What a web server says of the browser whose connection it passes on. */
export interface Forwarded {
  /** The address of the browser; undefined where the web server does not say it. */
  readonly address: string | undefined;
  readonly isEncrypted: boolean;
  /** The prefix that the application is mounted at; undefined where the web server does not say it. */
  readonly prefix: string | undefined;
}

/**
 * Reads the fields in which web servers say whose connection it is. A browser can send the same fields: web servers append the address
 * that they see themselves, so the last one counts; they replace the others.
 */
export function forwardedOf({ headers }: IncomingMessage): Forwarded {
  const address = last(headers['x-forwarded-for']);
  return {
    address: address !== undefined && isIP(address) !== 0 ? address : undefined,
    isEncrypted: /^(?:https|wss)$/i.test(last(headers['x-forwarded-proto']) ?? ''),
    prefix: last(headers['x-forwarded-prefix']),
  };
}

/**
 * Has a socket say of its peer what a socket of the browser itself would say. The members are its own: those of `net.Socket` stay as
 * they are.
 */
export function showForwarded(socket: Socket, { address, isEncrypted }: Forwarded): void {
  const family = address === undefined ? undefined : `IPv${isIP(address)}`;
  const value = (given: unknown): PropertyDescriptor => ({
    configurable: true,
    enumerable: true,
    value: given,
  });
  Object.defineProperties(socket, {
    encrypted: value(isEncrypted),
    remoteAddress: value(address),
    remoteFamily: value(family),
    // No web server passes it on by itself.
    remotePort: value(undefined),
  });
}

/** The last of several values, and of a list; undefined where there is none. */
function last(given: readonly string[] | string | undefined): string | undefined {
  const value = typeof given === 'string' ? given : given?.at(-1);
  const text = value?.split(',').at(-1)?.trim();
  return text === '' ? undefined : text;
}
