import { defined } from '../defined.ts';
import { noPage, type PageAnswer, type PageRequest, pingPage, statusPage } from './page.ts';
import type { Snapshot, Status } from './snapshot.ts';

/** Where the pages are. */
export interface StatusPaths {
  readonly pingPath?: string;
  readonly statusPath?: string;
}

/** Where the pages are, and who knows what they tell. */
export interface StatusSite extends StatusPaths {
  readonly snapshot: () => Promise<Snapshot> | Snapshot;
}

/** Where the options say that the pages are. */
export function statusPaths({ pingPath, statusPath }: StatusPaths): StatusPaths {
  return defined({ pingPath, statusPath });
}

/** The pages of an address of their own, of one application or of several by their names. */
export interface OwnSite extends StatusPaths {
  readonly kind: 'one' | 'several';
  readonly pools: ReadonlyMap<string, () => Promise<Snapshot> | Snapshot>;
}

/** The same pages on an address of their own. */
export function ownSite(site: StatusSite): OwnSite {
  return { ...statusPaths(site), kind: 'one', pools: new Map([['', site.snapshot]]) };
}

/** The answer to a path of the address that is served, if it is one of the pages; all others are the application's. */
export function sharedAnswer(
  site: StatusSite,
  path: string | undefined,
  request: () => PageRequest,
): Promise<PageAnswer> | undefined {
  if (path === undefined) return undefined;
  if (path === site.statusPath) return statusPage(request(), statusOf(site.snapshot));
  return path === site.pingPath ? pingPage(request()) : undefined;
}

/** The answer to any path of an address that has nothing but these pages. */
export async function ownAnswer(site: OwnSite, path: string, request: PageRequest): Promise<PageAnswer> {
  const { kind, pingPath = '/ping', pools, statusPath = '/status' } = site;
  const all = async (): Promise<Status> => ({
    kind,
    pools: await Promise.all([...pools.values()].map((snapshot) => snapshot())),
  });
  switch (path) {
    case pingPath:
      return pingPage(request);
    // Where Prometheus looks.
    case '/metrics':
      return statusPage({ ...request, query: 'openmetrics' }, all);
    case '/':
    case statusPath:
      return statusPage(request, all);
    default: {
      const one = path.startsWith(`${statusPath}/`)
        ? pools.get(path.slice(statusPath.length + 1))
        : undefined;
      return one === undefined || kind === 'one' ? noPage(404) : statusPage(request, statusOf(one));
    }
  }
}

function statusOf(snapshot: () => Promise<Snapshot> | Snapshot): () => Promise<Status> {
  return async () => ({ kind: 'one', pools: [await snapshot()] });
}
