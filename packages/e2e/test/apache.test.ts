import { describeConformance } from '../src/conformance/describe-setup.ts';
import {
  apacheFcgidDeviations,
  apacheProxyDeviations,
  apacheProxyStreamingDeviations,
  startApacheFcgid,
  startApacheProxy,
} from '../src/web-servers/apache.ts';

describeConformance({
  name: 'Apache mod_proxy_fcgi over a Unix socket',
  programs: ['apache2'],
  start: startApacheProxy,
  deviations: apacheProxyDeviations,
});

describeConformance({
  name: 'Apache mod_proxy_fcgi over TCP, kept connections, streaming',
  programs: ['apache2'],
  transport: 'tcp',
  start: (options) => startApacheProxy({ ...options, keepConnections: true, streaming: true }),
  deviations: apacheProxyStreamingDeviations,
});

describeConformance({
  name: 'Apache mod_fcgid with an application that it starts itself',
  programs: ['apache2', 'mod_fcgid'],
  launcher: 'web server',
  start: startApacheFcgid,
  deviations: apacheFcgidDeviations,
});

describeConformance({
  name: 'Apache mod_proxy_fcgi in front of a fetch application over TCP, streaming',
  application: 'hono-app',
  programs: ['apache2'],
  transport: 'tcp',
  start: (options) => startApacheProxy({ ...options, streaming: true }),
  deviations: apacheProxyStreamingDeviations,
});

describeConformance({
  name: 'Apache mod_fcgid with a fetch application that it starts itself',
  application: 'hono-app',
  programs: ['apache2', 'mod_fcgid'],
  launcher: 'web server',
  start: startApacheFcgid,
  deviations: apacheFcgidDeviations,
});
