import { describeSites, listening } from '../../src/conformance/describe-sites.ts';
import { apacheProxyDeviations, startApacheProxy } from '../../src/web-servers/apache.ts';

describeSites({
  name: 'Apache mod_proxy_fcgi',
  programs: ['apache2'],
  start: startApacheProxy,
  ways: listening,
  deviations: apacheProxyDeviations,
});
