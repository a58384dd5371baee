import { describeConformance } from '../src/conformance/describe-setup.ts';
import { nginxBufferedDeviations, startNginx } from '../src/web-servers/nginx.ts';

describeConformance({
  name: 'nginx over a Unix socket, a connection for each request',
  programs: ['nginx'],
  start: startNginx,
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx over TCP, a connection for each request',
  programs: ['nginx'],
  transport: 'tcp',
  start: startNginx,
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx over a Unix socket, kept connections',
  programs: ['nginx'],
  start: (options) => startNginx({ ...options, keepConnections: true }),
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx over TCP, kept connections, unbuffered',
  programs: ['nginx'],
  transport: 'tcp',
  start: (options) => startNginx({ ...options, keepConnections: true, unbuffered: true }),
});

describeConformance({
  name: 'nginx in front of an application that spawn-fcgi has started on a Unix socket',
  programs: ['nginx', 'spawn-fcgi'],
  launcher: 'spawn-fcgi',
  start: startNginx,
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx in front of an application that spawn-fcgi has started on TCP, kept connections',
  programs: ['nginx', 'spawn-fcgi'],
  launcher: 'spawn-fcgi',
  transport: 'tcp',
  start: (options) => startNginx({ ...options, keepConnections: true }),
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx in front of a fetch application over a Unix socket, a connection for each request',
  application: 'hono-app',
  programs: ['nginx'],
  start: startNginx,
  deviations: nginxBufferedDeviations,
});

describeConformance({
  name: 'nginx in front of a fetch application over TCP, kept connections, unbuffered',
  application: 'hono-app',
  programs: ['nginx'],
  transport: 'tcp',
  start: (options) => startNginx({ ...options, keepConnections: true, unbuffered: true }),
});
