import {
  apacheFcgidDeviations,
  apacheHtaccessBelowDeviations,
  apacheHtaccessDeviations,
  apacheProxyDeviations,
  startApacheFcgid,
  startApacheHtaccess,
  startApacheProxy,
} from '../web-servers/apache.ts';
import { caddyDeviations, startCaddy } from '../web-servers/caddy.ts';
import { h2oBelowDeviations, h2oDeviations, startH2o } from '../web-servers/h2o.ts';
import { haproxyDeviations, startHaproxy } from '../web-servers/haproxy.ts';
import { lighttpdDeviations, startLighttpd } from '../web-servers/lighttpd.ts';
import { startNginx } from '../web-servers/nginx.ts';
import { listening, type SiteOptions, started } from './describe-sites.ts';

// Every web server, in every way to an application that its configuration has. The first way is tried at every change.

export const nginxSites: SiteOptions = {
  name: 'nginx',
  programs: ['nginx'],
  start: startNginx,
  ways: listening,
};

export const apacheProxySites: SiteOptions = {
  name: 'Apache mod_proxy_fcgi',
  programs: ['apache2'],
  start: startApacheProxy,
  ways: listening,
  deviations: apacheProxyDeviations,
};

export const apacheFcgidSites: SiteOptions = {
  name: 'Apache mod_fcgid',
  programs: ['apache2', 'mod_fcgid'],
  start: startApacheFcgid,
  ways: [started],
  deviations: apacheFcgidDeviations,
};

export const apacheHtaccessSites: SiteOptions = {
  name: 'Apache .htaccess',
  programs: ['apache2', 'mod_fcgid'],
  start: startApacheHtaccess,
  ways: [started],
  deviations: apacheHtaccessDeviations,
  deviationsBelow: apacheHtaccessBelowDeviations,
};

export const lighttpdSites: SiteOptions = {
  name: 'lighttpd',
  programs: ['lighttpd'],
  start: startLighttpd,
  tellsMount: true,
  ways: [...listening, started],
  deviations: lighttpdDeviations,
};

export const caddySites: SiteOptions = {
  name: 'Caddy',
  programs: ['caddy'],
  start: startCaddy,
  ways: listening,
  deviations: caddyDeviations,
};

export const h2oSites: SiteOptions = {
  name: 'h2o',
  programs: ['h2o'],
  start: startH2o,
  ways: [...listening, started],
  deviations: h2oDeviations,
  deviationsBelow: h2oBelowDeviations,
  tellsMount: true,
};

export const haproxySites: SiteOptions = {
  name: 'HAProxy',
  programs: ['haproxy'],
  start: startHaproxy,
  tellsMount: true,
  ways: listening,
  deviations: haproxyDeviations,
  // It serves no files.
  without: ['staticFile', 'staticFolder'],
};
