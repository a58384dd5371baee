import { describeConformance } from '../src/conformance/describe-setup.ts';
import { gatewayDeviations, startGateway } from '../src/web-servers/gateway.ts';

describeConformance({
  name: 'no web server, over an in-memory pair',
  programs: [],
  transport: 'memory',
  start: startGateway,
  deviations: gatewayDeviations,
});
describeConformance({
  name: 'no web server, over a Unix socket',
  programs: [],
  start: startGateway,
  deviations: gatewayDeviations,
});
describeConformance({
  name: 'no web server, over TCP',
  programs: [],
  transport: 'tcp',
  start: startGateway,
  deviations: gatewayDeviations,
});
describeConformance({
  name: 'no web server, a fetch application over an in-memory pair',
  application: 'hono-app',
  programs: [],
  transport: 'memory',
  start: startGateway,
  deviations: gatewayDeviations,
});
describeConformance({
  name: 'no web server, a fetch application over a Unix socket',
  application: 'hono-app',
  programs: [],
  start: startGateway,
  deviations: gatewayDeviations,
});
describeConformance({
  name: 'no web server, a fetch application over TCP',
  application: 'hono-app',
  programs: [],
  transport: 'tcp',
  start: startGateway,
  deviations: gatewayDeviations,
});
