import { describeFirstSite } from '../src/conformance/describe-sites.ts';
import { h2oSites } from '../src/conformance/web-server-sites.ts';

describeFirstSite(h2oSites);
