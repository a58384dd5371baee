import { optionError } from '../errors.ts';
import type { StatusPaths } from './status-site.ts';

/** What is wanted of status pages. */
export interface StatusOptions extends StatusPaths {
  /** An address of their own: `http://HOST:PORT`, or a listen address of FastCGI. */
  readonly statusListen?: string;
}

/** Whether anybody will want to know figures. */
export function wantsStatus({ pingPath, statusListen, statusPath }: StatusOptions): boolean {
  return (pingPath ?? statusListen ?? statusPath) !== undefined;
}

/** @throws RunnerError where the options make no sense together */
export function checkStatusOptions({ pingPath, statusPath }: StatusOptions): void {
  if (pingPath !== undefined && pingPath === statusPath)
    throw optionError('--status-path and --ping-path must not be the same.');
}

/** Reads `http://HOST:PORT`; `undefined` for anything else. */
export function httpAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  if (!/^http:\/\/[^/?#@]+:\d+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  // The port of HTTP itself is none in a URL.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port) };
}
