import { describeConformance } from '../src/conformance/describe-setup.ts';
import {
  apacheFcgidDeviations,
  apacheProxyCollectingDeviations,
  apacheProxyDeviations,
  startApacheFcgid,
  startApacheProxy,
} from '../src/web-servers/apache.ts';

describeConformance({
  name: 'Apache mod_proxy_fcgi over a Unix socket, a connection for each request, collecting answers',
  programs: ['apache2'],
  start: (options) => startApacheProxy({ ...options, collecting: true, keepConnections: false }),
  deviations: apacheProxyCollectingDeviations,
});

describeConformance({
  name: 'Apache mod_proxy_fcgi over TCP, kept connections',
  programs: ['apache2'],
  transport: 'tcp',
  start: startApacheProxy,
  deviations: apacheProxyDeviations,
});

describeConformance({
  name: 'Apache mod_fcgid with an application that it starts itself',
  programs: ['apache2', 'mod_fcgid'],
  launcher: 'web server',
  start: startApacheFcgid,
  deviations: apacheFcgidDeviations,
});

describeConformance({
  name: 'Apache mod_proxy_fcgi in front of a fetch application over TCP, a connection for each request',
  application: 'hono-app',
  programs: ['apache2'],
  transport: 'tcp',
  start: (options) => startApacheProxy({ ...options, keepConnections: false }),
  deviations: apacheProxyDeviations,
});

describeConformance({
  name: 'Apache mod_fcgid with a fetch application that it starts itself',
  application: 'hono-app',
  programs: ['apache2', 'mod_fcgid'],
  launcher: 'web server',
  start: startApacheFcgid,
  deviations: apacheFcgidDeviations,
});
