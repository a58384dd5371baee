import { describeConformance } from '../src/conformance/describe-setup.ts';
import { h2oDeviations, startH2o } from '../src/web-servers/h2o.ts';

describeConformance({
  name: 'h2o over a Unix socket, kept connections',
  programs: ['h2o'],
  start: startH2o,
  deviations: h2oDeviations,
});

describeConformance({
  name: 'h2o with an application that it starts itself (fastcgi.spawn)',
  programs: ['h2o'],
  launcher: 'web server',
  start: startH2o,
  deviations: h2oDeviations,
});

describeConformance({
  name: 'h2o in front of a fetch application over TCP, kept connections',
  application: 'hono-app',
  programs: ['h2o'],
  transport: 'tcp',
  start: startH2o,
  deviations: h2oDeviations,
});
