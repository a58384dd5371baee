import type { NetConnectOpts } from 'node:net';
import { parseAddress } from '../wire/address.ts';

/** Where the application is that is checked. */
export interface ApplicationTarget {
  readonly address: NetConnectOpts;
  /** How its process has ended; `undefined` while it runs, and where that is not known. */
  readonly ended: string | undefined;
  close(): Promise<void>;
  /** Starts it for a group of checks, or again where it has ended. */
  prepare(group: string): Promise<void>;
}

/** An application that runs already. */
export class RunningApplication implements ApplicationTarget {
  readonly address: NetConnectOpts;
  readonly ended = undefined;

  /** @throws ConformanceError (`FCGI_CHECK_ADDRESS_INVALID`) */
  constructor(address: string) {
    this.address = parseAddress(address);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }
}
