import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { apacheProxySites } from '../../src/conformance/web-server-sites.ts';
import {
  apacheProxyCollectingDeviations,
  apacheProxyDeviations,
  startApacheProxy,
} from '../../src/web-servers/apache.ts';

describeOtherSites(apacheProxySites);

describeConformance({
  name: 'Apache mod_proxy_fcgi over a Unix socket, a connection for each request, collecting answers',
  programs: ['apache2'],
  start: (options) => startApacheProxy({ ...options, collecting: true, keepConnections: false }),
  deviations: apacheProxyCollectingDeviations,
});

describeConformance({
  name: 'Apache mod_proxy_fcgi in front of a fetch application over TCP, a connection for each request',
  application: 'hono-app',
  programs: ['apache2'],
  transport: 'tcp',
  start: (options) => startApacheProxy({ ...options, keepConnections: false }),
  deviations: apacheProxyDeviations,
});
