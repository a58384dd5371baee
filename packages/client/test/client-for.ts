import { FcgiClient, type FcgiClientOptions } from '@fcgi-js/client';
import { onTestFinished } from 'vitest';
import type { Peer } from './peer.ts';

/** A client of a scripted application, which ends with the test. */
export function clientFor(peer: Peer, options: Omit<FcgiClientOptions, 'address'> = {}): FcgiClient {
  const client = new FcgiClient({ address: peer.address, ...options });
  onTestFinished(() => client.close({ timeout: 1 }));
  return client;
}
