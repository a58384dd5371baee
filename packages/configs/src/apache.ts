import { fastcgi } from './apache/fastcgi.ts';
import { fcgid } from './apache/fcgid.ts';
import { htaccess } from './apache/htaccess.ts';
import type { ApacheModule } from './apache/module.ts';
import { proxyFcgi } from './apache/proxy-fcgi.ts';
import { virtualHost } from './apache/virtual-host.ts';
import { checkBoolean } from './checks.ts';
import { ConfigError } from './errors.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { ListeningApplication, StartedApplication } from './placed.ts';
import { readSite } from './site.ts';

/** What `apacheConfig` takes beside the options of every web server. */
export interface ApacheOptions extends WebServerOptions {
  /**
   * Writes a `.htaccess` for shared hosting instead of a virtual host. It lies in the folder of `app`, which is what
   * the web server has at `mount`.
   *
   * @defaultValue false
   */
  readonly htaccess?: boolean | undefined;
  /**
   * `proxy_fcgi` connects to an application that listens; `fcgid` starts it, and sends one request at a time to each
   * process; `fastcgi`, which distributions have no more, does either.
   */
  readonly module: 'fastcgi' | 'fcgid' | 'proxy_fcgi';
}

const modules = { fastcgi, fcgid, proxy_fcgi: proxyFcgi } satisfies Record<
  ApacheOptions['module'],
  ApacheModule
>;

/** Where the application is, by what its module can do: as its refusals of `app` and `listen` say. */
export type PlacedByModule =
  | ({ readonly module: 'fastcgi' } & (ListeningApplication | StartedApplication))
  | ({ readonly module: 'fcgid' } & StartedApplication)
  | ({ readonly module: 'proxy_fcgi' } & ListeningApplication);

const htaccessRefusals: Refusals = {
  authorizer: 'leave it to the virtual host',
  bind: 'a .htaccess belongs to a site that is there',
  listen: 'a .htaccess cannot name the address of an application; use "app"',
  processes: 'shared hosting decides how many processes there are',
  serverName: 'a .htaccess belongs to a site that is there',
  timeouts: 'shared hosting decides about them',
  upgradeSocket: 'a .htaccess cannot pass WebSockets to a socket of their own',
};

/**
 * A virtual host for Apache, a file for `/etc/apache2/sites-available`, or a `.htaccess`.
 *
 * @param options which module, where the application is or what program it is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond the module
 */
export function apacheConfig(options: ApacheOptions & PlacedByModule): string {
  const module: ApacheModule | undefined = Object.hasOwn(modules, options.module)
    ? modules[options.module]
    : undefined;
  if (module === undefined) {
    throw new ConfigError('module', `must be one of ${Object.keys(modules).join(', ')}`);
  }
  const isHtaccess = checkBoolean('htaccess', options.htaccess ?? false);
  const refusals = isHtaccess ? { ...module.refusals, ...htaccessRefusals } : module.refusals;
  const site = readSite(options, refusals, ['htaccess', 'module']);
  return isHtaccess ? htaccess(site, module) : virtualHost(site, module);
}
