import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { lighttpdSites } from '../../src/conformance/web-server-sites.ts';
import {
  lighttpdCollectingDeviations,
  lighttpdStreamingDeviations,
  startLighttpd,
} from '../../src/web-servers/lighttpd.ts';

describeOtherSites(lighttpdSites);

describeConformance({
  name: 'lighttpd over a Unix socket, collecting answers',
  programs: ['lighttpd'],
  start: (options) => startLighttpd({ ...options, collecting: true }),
  deviations: lighttpdCollectingDeviations,
});

describeConformance({
  name: 'lighttpd over TCP, streaming uploads',
  programs: ['lighttpd'],
  transport: 'tcp',
  start: (options) => startLighttpd({ ...options, streaming: true }),
  deviations: lighttpdStreamingDeviations,
});

describeConformance({
  name: 'lighttpd with a fetch application that it starts itself (bin-path), streaming uploads',
  application: 'hono-app',
  programs: ['lighttpd'],
  launcher: 'web server',
  start: (options) => startLighttpd({ ...options, streaming: true }),
  deviations: lighttpdStreamingDeviations,
});
