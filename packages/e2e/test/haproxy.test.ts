import { describeConformance } from '../src/conformance/describe-setup.ts';
import {
  haproxyDeviations,
  haproxyMultiplexingDeviations,
  startHaproxy,
} from '../src/web-servers/haproxy.ts';

describeConformance({
  name: 'HAProxy over a Unix socket, many requests on one connection at a time (mpxs-conns)',
  programs: ['haproxy'],
  start: (options) => startHaproxy({ ...options, multiplexed: true }),
  deviations: haproxyMultiplexingDeviations,
});

describeConformance({
  name: 'HAProxy over TCP, one request on a connection at a time',
  programs: ['haproxy'],
  transport: 'tcp',
  start: startHaproxy,
  deviations: haproxyDeviations,
});

describeConformance({
  name: 'HAProxy in front of a fetch application over a Unix socket, many requests on one connection at a time',
  application: 'hono-app',
  programs: ['haproxy'],
  start: (options) => startHaproxy({ ...options, multiplexed: true }),
  deviations: haproxyMultiplexingDeviations,
});
