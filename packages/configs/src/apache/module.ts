import type { Refusals } from '../options.ts';
import type { Site } from '../site.ts';
import type { Lines } from '../text.ts';

/** What differs from one FastCGI module of Apache to the next. */
export interface ApacheModule {
  /** What starts programs or passes requests on: directives in the virtual host, after the static files. */
  application(site: Site): Lines;
  /** What asks the application as an authorizer, in the `<Location>` of what is protected. */
  authorizing(site: Site): Lines;
  /** What must stand before the virtual host. */
  readonly before?: (site: Site) => Lines;
  /** Runs a program; undefined for a module that starts none. */
  readonly handler: string | undefined;
  /** The modules to be loaded. */
  modules(site: Site): readonly string[];
  readonly refusals: Refusals;
}
