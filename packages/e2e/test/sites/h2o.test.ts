import { describeSites, listening, started } from '../../src/conformance/describe-sites.ts';
import { h2oBelowDeviations, h2oDeviations, startH2o } from '../../src/web-servers/h2o.ts';

describeSites({
  name: 'h2o',
  programs: ['h2o'],
  start: startH2o,
  ways: [...listening, started],
  deviations: h2oDeviations,
  deviationsBelow: h2oBelowDeviations,
  tellsMount: true,
});
