import { describeSites, listening } from '../../src/conformance/describe-sites.ts';
import { haproxyDeviations, startHaproxy } from '../../src/web-servers/haproxy.ts';

describeSites({
  name: 'HAProxy',
  programs: ['haproxy'],
  start: startHaproxy,
  tellsMount: true,
  ways: listening,
  deviations: haproxyDeviations,
  // It serves no files.
  without: ['staticFile', 'staticFolder'],
});
