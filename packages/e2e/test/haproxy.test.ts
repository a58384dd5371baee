import { describeFirstSite } from '../src/conformance/describe-sites.ts';
import { haproxySites } from '../src/conformance/web-server-sites.ts';

describeFirstSite(haproxySites);
