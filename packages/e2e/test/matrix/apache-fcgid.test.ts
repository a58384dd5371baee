import { siteList } from '../../src/conformance/conformance-list.ts';
import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { apacheFcgidSites } from '../../src/conformance/web-server-sites.ts';
import { apacheFcgidStreamingDeviations, startApacheFcgid } from '../../src/web-servers/apache.ts';

describeOtherSites(apacheFcgidSites);

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
