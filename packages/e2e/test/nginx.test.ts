import { describeFirstSite } from '../src/conformance/describe-sites.ts';
import { nginxSites } from '../src/conformance/web-server-sites.ts';

describeFirstSite(nginxSites);
