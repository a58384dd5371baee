import { describeConformance } from '../src/conformance/describe-setup.ts';
import { caddyDeviations, startCaddy } from '../src/web-servers/caddy.ts';

describeConformance({
  name: 'Caddy over a Unix socket',
  programs: ['caddy'],
  start: startCaddy,
  deviations: caddyDeviations,
});

describeConformance({
  name: 'Caddy in front of a fetch application over TCP',
  application: 'hono-app',
  programs: ['caddy'],
  transport: 'tcp',
  start: startCaddy,
  deviations: caddyDeviations,
});
