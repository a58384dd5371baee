import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatAddress, parseAddress } from '@fcgi-js/client';
import type { Configuration } from './gather/configuration/configuration.ts';

/** One thing to look at. */
export type Subject =
  | { readonly kind: 'address'; readonly address: string }
  /** A web server starts it itself where its configuration says so; else it may also be for `fcgi run`. */
  | { readonly kind: 'program'; readonly path: string; readonly isStartedAsIs: boolean };

/**
 * Tells an address from a program: `unix:…`, `HOST:PORT`, and the path of a socket or of what is called one.
 *
 * @throws TypeError where it looks like an address and is none
 */
export async function subjectOf(text: string, cwd: string): Promise<Subject> {
  const path = resolve(cwd, text);
  if (/^(unix:|tcp:)/.test(text) || /^[\w.-]*:\d+$|^\[[\da-f:]+\]:\d+$/i.test(text)) {
    return { kind: 'address', address: formatAddress(parseAddress(text)) };
  }
  const isSocket = (await stat(path).catch(() => undefined))?.isSocket() === true;
  if (isSocket || /\.sock(et)?$/.test(path)) {
    return { kind: 'address', address: formatAddress(parseAddress(path)) };
  }
  return { kind: 'program', path, isStartedAsIs: false };
}

/** What a configuration names, each once. */
export function subjectsOf({ addresses, programs }: Configuration): Subject[] {
  return [
    ...[...new Set(addresses.map(({ address }) => address))].map(
      (address) => ({ kind: 'address', address }) as const,
    ),
    ...[...new Set(programs.map(({ path }) => path))].map(
      (path) => ({ kind: 'program', path, isStartedAsIs: true }) as const,
    ),
  ];
}
