import { parseListenAddress } from '@fcgi-js/server';

/** One text for all spellings of an address; none for a port that is free. */
export function addressKey(listen: string): string | undefined {
  const address = parseListenAddress(listen);
  if (address.kind === 'tcp' && address.port === 0) return undefined;
  return JSON.stringify(Object.entries(address).sort());
}
