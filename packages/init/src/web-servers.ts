import type { ConfigOptions } from './config-options.ts';
import type { Product } from './product-names.ts';

/** What starts the application, and starts it again. */
export const STARTS = {
  'web-server': 'the web server starts it itself',
  systemd: 'systemd',
  supervisor: 'supervisor',
  init: 'a script in /etc/init.d',
  hand: 'by hand, for trying',
} as const;

/** One of {@link STARTS}. */
export type Start = keyof typeof STARTS;

/** A web server, and how it reaches applications. */
export interface WebServer {
  readonly label: string;
  /** Ways of starting an application for it; the first is what most want. */
  readonly starts: readonly [Start, ...Start[]];
  readonly product: Product;
  /** The group that its package makes for it; without it, `www-data`. */
  readonly group?: string;
  /** Arguments of `fcgi config` beside those that are asked for. */
  readonly options?: Pick<ConfigOptions, 'htaccess' | 'module'>;
  /** What follows the name of the application in that of the file; a `.htaccess` has its name from Apache. */
  readonly ending: string;
  /** It is locked into a folder of its own, and so Unix sockets are out of its reach. */
  readonly needsTcp?: true;
  /** It has no files of its own: the application sends them all. */
  readonly sendsNoFiles?: true;
}

const services = ['systemd', 'supervisor', 'init', 'hand'] as const;

/** The web servers that can be chosen. */
export const WEB_SERVERS = {
  nginx: { label: 'nginx', starts: services, product: 'nginx', ending: '-nginx.conf' },
  'apache-htaccess': {
    label: 'Apache on shared hosting (.htaccess)',
    starts: ['web-server'],
    product: 'apache',
    options: { htaccess: true, module: 'fcgid' },
    ending: '.htaccess',
  },
  'apache-fcgid': {
    label: 'Apache with mod_fcgid',
    starts: ['web-server'],
    product: 'apache',
    options: { module: 'fcgid' },
    ending: '-apache.conf',
  },
  'apache-proxy': {
    label: 'Apache with mod_proxy_fcgi',
    starts: services,
    product: 'apache',
    options: { module: 'proxy_fcgi' },
    ending: '-apache.conf',
  },
  lighttpd: {
    label: 'lighttpd',
    starts: ['web-server', ...services],
    product: 'lighttpd',
    ending: '-lighttpd.conf',
  },
  caddy: { label: 'Caddy', starts: services, product: 'caddy', group: 'caddy', ending: '.Caddyfile' },
  // It does not start again what has ended, so it comes last.
  h2o: {
    label: 'h2o',
    starts: [...services, 'web-server'],
    product: 'h2o',
    group: 'debian-h2o',
    ending: '-h2o.yaml',
  },
  haproxy: {
    label: 'HAProxy',
    starts: services,
    product: 'haproxy',
    ending: '-haproxy.cfg',
    needsTcp: true,
    sendsNoFiles: true,
  },
} as const satisfies Record<string, WebServer>;

/** One of {@link WEB_SERVERS}. */
export type WebServerName = keyof typeof WEB_SERVERS;

/** By its name. */
export function webServer(name: WebServerName): WebServer {
  return WEB_SERVERS[name];
}
