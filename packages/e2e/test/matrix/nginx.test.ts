import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { nginxSites } from '../../src/conformance/web-server-sites.ts';
import { nginxCollectingDeviations, startNginx } from '../../src/web-servers/nginx.ts';

describeOtherSites(nginxSites);

describeConformance({
  name: 'nginx over TCP, a connection for each request, collecting uploads',
  programs: ['nginx'],
  transport: 'tcp',
  start: (options) => startNginx({ ...options, collecting: true, keepConnections: false }),
  deviations: nginxCollectingDeviations,
});

describeConformance({
  name: 'nginx over a Unix socket, kept connections, collecting uploads',
  programs: ['nginx'],
  start: (options) => startNginx({ ...options, collecting: true }),
  deviations: nginxCollectingDeviations,
});

describeConformance({
  name: 'nginx over TCP, a connection for each request',
  programs: ['nginx'],
  transport: 'tcp',
  start: (options) => startNginx({ ...options, keepConnections: false }),
});

describeConformance({
  name: 'nginx in front of an application that spawn-fcgi has started on a Unix socket',
  programs: ['nginx', 'spawn-fcgi'],
  launcher: 'spawn-fcgi',
  start: (options) => startNginx({ ...options, collecting: true, keepConnections: false }),
  deviations: nginxCollectingDeviations,
});

describeConformance({
  name: 'nginx in front of an application that spawn-fcgi has started on TCP, kept connections',
  programs: ['nginx', 'spawn-fcgi'],
  launcher: 'spawn-fcgi',
  transport: 'tcp',
  start: startNginx,
});

describeConformance({
  name: 'nginx in front of a fetch application over a Unix socket, a connection for each request, collecting uploads',
  application: 'hono-app',
  programs: ['nginx'],
  start: (options) => startNginx({ ...options, collecting: true, keepConnections: false }),
  deviations: nginxCollectingDeviations,
});
