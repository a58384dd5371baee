import { conformanceList } from '../../src/conformance/conformance-list.ts';
import { describeConformance } from '../../src/conformance/describe-setup.ts';
import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { apacheFcgidSites } from '../../src/conformance/web-server-sites.ts';
import { apacheFcgidStreamingDeviations, startApacheFcgid } from '../../src/web-servers/apache.ts';

describeOtherSites(apacheFcgidSites);

/** What the line changes that the configuration has in a comment. */
const streaming = ['eventStream', 'get', 'leavesInAnswer', 'progressiveAnswer', 'smallPost'];

describeConformance(
  {
    name: 'Apache mod_fcgid that sends answers on as they come',
    programs: ['apache2', 'mod_fcgid'],
    launcher: 'web server',
    start: (options) => startApacheFcgid({ ...options, streaming: true }),
    deviations: apacheFcgidStreamingDeviations,
  },
  new Map([...conformanceList].filter(([name]) => streaming.includes(name))),
);
