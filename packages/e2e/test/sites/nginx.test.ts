import { describeSites, listening } from '../../src/conformance/describe-sites.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

describeSites({ name: 'nginx', programs: ['nginx'], start: startNginx, ways: listening });
