import { describeConformance } from '../src/conformance/describe-setup.ts';
import {
  lighttpdCollectingDeviations,
  lighttpdStreamingDeviations,
  startLighttpd,
} from '../src/web-servers/lighttpd.ts';

describeConformance({
  name: 'lighttpd over a Unix socket',
  programs: ['lighttpd'],
  start: startLighttpd,
  deviations: lighttpdCollectingDeviations,
});

describeConformance({
  name: 'lighttpd over TCP, streaming',
  programs: ['lighttpd'],
  transport: 'tcp',
  start: (options) => startLighttpd({ ...options, streaming: true }),
  deviations: lighttpdStreamingDeviations,
});

describeConformance({
  name: 'lighttpd with an application that it starts itself (bin-path)',
  programs: ['lighttpd'],
  launcher: 'web server',
  start: startLighttpd,
  deviations: lighttpdCollectingDeviations,
});

describeConformance({
  name: 'lighttpd with a fetch application that it starts itself (bin-path), streaming',
  application: 'hono-app',
  programs: ['lighttpd'],
  launcher: 'web server',
  start: (options) => startLighttpd({ ...options, streaming: true }),
  deviations: lighttpdStreamingDeviations,
});
