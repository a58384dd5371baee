import { describeSites, listening, started } from '../../src/conformance/describe-sites.ts';
import { lighttpdDeviations, startLighttpd } from '../../src/web-servers/lighttpd.ts';

describeSites({
  name: 'lighttpd',
  programs: ['lighttpd'],
  start: startLighttpd,
  tellsMount: true,
  ways: [...listening, started],
  deviations: lighttpdDeviations,
});
