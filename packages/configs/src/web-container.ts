import { ConfigError } from './errors.ts';
import { haproxyConfig } from './haproxy.ts';
import { nginxConfig } from './nginx.ts';
import type { WebServerOptions } from './options.ts';

/** The products that stand before the application in a container of their own. */
export type WebContainerName = 'haproxy' | 'nginx';

/** Options of the web server that its container leaves open. */
export type WebContainerSite = Pick<
  WebServerOptions,
  'keepAlive' | 'maxBodySize' | 'mount' | 'serverName' | 'timeouts'
>;

/** The names of {@link WebContainerSite}. */
export const SITE_OPTIONS = ['keepAlive', 'maxBodySize', 'mount', 'serverName', 'timeouts'] as const;

/** A web server in a container that needs neither root nor anything that can be written but `/tmp`. */
export interface WebContainer {
  readonly config: string;
  /** Where the image has its configuration: a folder, and the name of the file in it. */
  readonly file: string;
  readonly folder: string;
  readonly image: string;
  readonly port: number;
  /** The number of the user in the image. */
  readonly user: number;
}

const PORT = 8080;

/**
 * A web server before an application.
 *
 * @param product which one
 * @param listen where the application listens
 * @param site the rest of its options; a connection for each request unless `keepAlive` says otherwise, as then nothing
 *   is lost when a container goes
 */
export function webContainer(product: unknown, listen: string, site: WebContainerSite): WebContainer {
  const options = { keepAlive: false, ...site, bind: String(PORT), listen };
  switch (product) {
    case 'nginx':
      return {
        config: nginxConfig(options),
        file: 'default.conf',
        folder: '/etc/nginx/conf.d',
        image: 'nginxinc/nginx-unprivileged:stable',
        port: PORT,
        user: 101,
      };
    case 'haproxy':
      return {
        config: `global\n    log stdout format raw local0\n\n${haproxyConfig(options)}`,
        file: 'haproxy.cfg',
        folder: '/usr/local/etc/haproxy',
        image: 'haproxy:lts',
        port: PORT,
        user: 99,
      };
    default:
      throw new ConfigError('webServer', 'must be nginx or haproxy');
  }
}

/** The options of the web server among others. */
export function siteOf(options: WebContainerSite): WebContainerSite {
  const given = SITE_OPTIONS.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}
