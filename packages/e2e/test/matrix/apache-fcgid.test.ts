import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { apacheFcgidSites } from '../../src/conformance/web-server-sites.ts';

describeOtherSites(apacheFcgidSites);
