import { describeFirstSite } from '../src/conformance/describe-sites.ts';
import { lighttpdSites } from '../src/conformance/web-server-sites.ts';

describeFirstSite(lighttpdSites);
