import { describeOtherSites } from '../../src/conformance/describe-sites.ts';
import { apacheHtaccessSites } from '../../src/conformance/web-server-sites.ts';

describeOtherSites(apacheHtaccessSites);
