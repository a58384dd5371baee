import type { HttpClient } from '../http.ts';
import type { Notes } from '../notes.ts';

/** What a case has at hand: an application, and one way to it. */
export interface Session {
  /** Sends each request on a connection of its own. */
  readonly http: HttpClient;
  /** Sends its requests one after the other on one connection. */
  readonly kept: HttpClient;
  /** The prefix of all URLs of the application; '' at the root. Paths of requests are below it. */
  readonly mount: string;
  readonly notes: Notes;
  /** Sends each request on a connection of its own, with paths that may lie outside of `mount`. */
  readonly site: HttpClient;
}

/** One thing that must be so behind every web server. */
export interface ConformanceCase {
  /** A sentence about behaviour, without its subject: the application, as the browser sees it. */
  readonly title: string;
  /** Fails with an AssertionError if it is not so. */
  run(session: Session): Promise<void>;
  /** What is left of it behind a web server that does not let it through. */
  readonly weaker?: Omit<ConformanceCase, 'weaker'>;
}

/** Why a case cannot hold behind a web server, or for a kind of application. */
export interface Deviation {
  /** What is run instead: the weaker form of the case, or nothing. */
  readonly instead: 'nothing' | 'weaker';
  /** What stands in the way. */
  readonly reason: string;
  /**
   * Where `docs/web-servers.md` has it: section, or number of the rule in section 1. Absent where it has nothing to do
   * with web servers.
   */
  readonly rule?: string;
}
