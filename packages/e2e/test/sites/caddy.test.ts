import { describeSites, listening } from '../../src/conformance/describe-sites.ts';
import { caddyDeviations, startCaddy } from '../../src/web-servers/caddy.ts';

describeSites({
  name: 'Caddy',
  programs: ['caddy'],
  start: startCaddy,
  ways: listening,
  deviations: caddyDeviations,
});
