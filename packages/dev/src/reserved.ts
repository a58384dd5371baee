/** The path below which the pages of `fcgi dev` itself are. */
export const RESERVED = '/__fcgi';

/** Whether a request is for one of them. */
export function isReserved(url: string): boolean {
  return url === RESERVED || url.startsWith(`${RESERVED}/`) || url.startsWith(`${RESERVED}?`);
}
