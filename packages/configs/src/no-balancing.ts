import type { Refusals } from './options.ts';

/** What products refuse that share the load among addresses and can do no more, or know one address only. */
export function noBalancing(product: string) {
  return {
    backups: `${product} keeps no application in reserve`,
    healthCheck: `${product} asks no application whether it is there`,
    multiplex: `${product} sends one request at a time on each connection`,
    slowStart: `${product} gives an application its full share at once`,
  } satisfies Refusals;
}
