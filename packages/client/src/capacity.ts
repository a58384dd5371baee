import { FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS } from '@fcgi-js/protocol';
import type { ResolvedLimits } from './limits.ts';

/** How much may be asked of an application at once. */
export interface Capacity {
  /** Connections. */
  readonly connections: number;
  /** Requests on one connection. */
  readonly perConnection: number;
  /** Requests over all connections. */
  readonly requests: number;
}

/** What the client's own limits allow, for an application that says nothing. */
export function ownCapacity(limits: ResolvedLimits, multiplex: boolean): Capacity {
  const perConnection = multiplex ? limits.requestsPerConnection : 1;
  return { connections: limits.connections, perConnection, requests: Number.POSITIVE_INFINITY };
}

/**
 * What the application allows (§4.1), within the client's own limits. What it says that is no number above 0
 * does not count.
 */
export function capacityFrom(values: ReadonlyMap<string, string>, limits: ResolvedLimits): Capacity {
  const own = ownCapacity(limits, values.get(FCGI_MPXS_CONNS) === '1');
  return {
    connections: Math.min(own.connections, countOf(values.get(FCGI_MAX_CONNS))),
    perConnection: own.perConnection,
    requests: countOf(values.get(FCGI_MAX_REQS)),
  };
}

function countOf(value: string | undefined): number {
  return /^[1-9]\d{0,9}$/.test(value ?? '') ? Number(value) : Number.POSITIVE_INFINITY;
}
