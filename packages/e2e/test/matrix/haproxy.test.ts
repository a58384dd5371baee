import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { haproxySites } from '../../src/conformance/web-server-sites.ts';
import { haproxyMultiplexingDeviations, startHaproxy } from '../../src/web-servers/haproxy.ts';

describeOtherSites(haproxySites);

describeConformance({
  name: 'HAProxy over a Unix socket, many requests on one connection at a time (mpxs-conns)',
  programs: ['haproxy'],
  start: (options) => startHaproxy({ ...options, multiplexed: true }),
  deviations: haproxyMultiplexingDeviations,
});

describeConformance({
  name: 'HAProxy in front of a fetch application over a Unix socket, many requests on one connection at a time',
  application: 'hono-app',
  programs: ['haproxy'],
  start: (options) => startHaproxy({ ...options, multiplexed: true }),
  deviations: haproxyMultiplexingDeviations,
});
