import { describeFirstSite } from '../src/conformance/describe-sites.ts';
import {
  apacheFcgidSites,
  apacheHtaccessSites,
  apacheProxySites,
} from '../src/conformance/web-server-sites.ts';

describeFirstSite(apacheFcgidSites);
describeFirstSite(apacheHtaccessSites);
describeFirstSite(apacheProxySites);
