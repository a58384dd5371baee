import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { caddySites } from '../../src/conformance/web-server-sites.ts';

describeOtherSites(caddySites);
