import { noPage, type PageAnswer, type PageRequest, pingPage, statusPage } from './page.ts';
import type { Snapshot } from './snapshot.ts';

/** Where the pages are. */
export interface StatusPaths {
  readonly pingPath?: string;
  readonly statusPath?: string;
}

/** Where the pages are, and who knows what they tell. */
export interface StatusSite extends StatusPaths {
  readonly snapshot: () => Promise<Snapshot> | Snapshot;
}

/** The answer to a path of the address that is served, if it is one of the pages; all others are the application's. */
export function sharedAnswer(
  site: StatusSite,
  path: string | undefined,
  request: () => PageRequest,
): Promise<PageAnswer> | undefined {
  if (path === undefined) return undefined;
  if (path === site.statusPath) return statusPage(request(), site.snapshot);
  return path === site.pingPath ? pingPage(request()) : undefined;
}

/** The answer to any path of an address that has nothing but these pages. */
export async function ownAnswer(site: StatusSite, path: string, request: PageRequest): Promise<PageAnswer> {
  const { pingPath = '/ping', snapshot, statusPath = '/status' } = site;
  switch (path) {
    case pingPath:
      return pingPage(request);
    // Where Prometheus looks.
    case '/metrics':
      return statusPage({ ...request, query: 'openmetrics' }, snapshot);
    case '/':
    case statusPath:
      return statusPage(request, snapshot);
    default:
      return noPage(404);
  }
}
