import { describeSites, started } from '../../src/conformance/describe-sites.ts';
import { apacheFcgidDeviations, startApacheFcgid } from '../../src/web-servers/apache.ts';

describeSites({
  name: 'Apache mod_fcgid',
  programs: ['apache2', 'mod_fcgid'],
  start: startApacheFcgid,
  ways: [started],
  deviations: apacheFcgidDeviations,
});
