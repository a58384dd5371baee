import { describeSites, started } from '../../src/conformance/describe-sites.ts';
import {
  apacheHtaccessBelowDeviations,
  apacheHtaccessDeviations,
  startApacheHtaccess,
} from '../../src/web-servers/apache.ts';

describeSites({
  name: 'Apache .htaccess',
  programs: ['apache2', 'mod_fcgid'],
  start: startApacheHtaccess,
  ways: [started],
  deviations: apacheHtaccessDeviations,
  deviationsBelow: apacheHtaccessBelowDeviations,
});
