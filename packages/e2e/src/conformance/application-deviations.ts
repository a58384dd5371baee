import type { ApplicationName } from '../application.ts';
import type { Deviations } from './conformance-list.ts';

/** What cannot hold for a kind of application, whatever is in front of it. A web server's own table goes first. */
export const applicationDeviations: Readonly<Partial<Record<ApplicationName, Deviations>>> = {
  'hono-app': {
    bodyOfGet: {
      instead: 'weaker',
      reason: 'a Request of the Fetch standard has no body if its method is GET',
    },
    bytesInUrl: { instead: 'weaker', reason: 'a URL of the Fetch standard is encoded' },
    dotSegments: {
      instead: 'weaker',
      reason: 'a URL of the Fetch standard has no dot segments; the web server must have resolved them',
    },
    prefixInOtherWords: { instead: 'nothing', reason: 'a fetch function takes its prefix off by itself' },
  },
};
