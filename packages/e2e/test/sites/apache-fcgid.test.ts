import { siteList } from '../../src/conformance/conformance-list.ts';
import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeSites, started } from '../../src/conformance/describe-sites.ts';
import {
  apacheFcgidDeviations,
  apacheFcgidStreamingDeviations,
  startApacheFcgid,
} from '../../src/web-servers/apache.ts';

describeSites({
  name: 'Apache mod_fcgid',
  programs: ['apache2', 'mod_fcgid'],
  start: startApacheFcgid,
  ways: [started],
  deviations: apacheFcgidDeviations,
});

describeConformance(
  {
    name: 'Apache mod_fcgid that sends answers on as they come',
    programs: ['apache2', 'mod_fcgid'],
    launcher: 'web server',
    start: (options) => startApacheFcgid({ ...options, streaming: true }),
    deviations: apacheFcgidStreamingDeviations,
  },
  siteList,
);
