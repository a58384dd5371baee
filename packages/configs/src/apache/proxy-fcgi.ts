import { hostPort } from '../address.ts';
import { ConfigError } from '../errors.ts';
import { quoteApache } from '../quote.ts';
import type { Site } from '../site.ts';
import { indent, type Lines } from '../text.ts';
import type { ApacheModule } from './module.ts';

/** mod_proxy_fcgi: connects to an application that listens. */
export const proxyFcgi: ApacheModule = {
  refusals: {
    app: 'mod_proxy_fcgi starts no programs; use module "fcgid", or say with "listen" where the application listens',
    htaccess: 'a .htaccess cannot tell mod_proxy_fcgi where an application listens; use module "fcgid"',
    processes: 'mod_proxy_fcgi starts no programs',
  },
  handler: undefined,
  modules: ({ authorizer, listen }) => [
    'proxy',
    'proxy_fcgi',
    ...(listen.length > 1 ? ['proxy_balancer', 'slotmem_shm', 'lbmethod_bybusyness'] : []),
    ...(authorizer === undefined ? [] : ['authn_core', 'authnz_fcgi', 'authz_user']),
  ],
  before: (site) =>
    site.authorizer !== undefined && [
      '',
      `AuthnzFcgiDefineProvider authn ${site.name} ${authorizerUrl(site)}`,
    ],
  application(site) {
    const { mount, name, statics } = site;
    const from = quoteApache('mount', mount === '' ? '/' : mount);
    const end = mount === '' ? '/' : '';
    const [only, ...others] = targets(site);
    return [
      '# No proxy for others.',
      'ProxyRequests Off',
      statics.map(({ prefix }) => `ProxyPass ${quoteApache('static.prefix', `${prefix}/`)} "!"`),
      others.length === 0
        ? `ProxyPass ${from} "${only}${end}" ${connection(site)}`
        : [
            `<Proxy "balancer://${name}">`,
            indent(
              '# One that cannot be reached is left alone for 10 s.',
              targets(site).map((target) => `BalancerMember "${target}" ${connection(site)} retry=10`),
              'ProxySet lbmethod=bybusyness',
            ),
            '</Proxy>',
            `ProxyPass ${from} "balancer://${name}${end}"`,
          ],
    ];
  },
  authorizing: ({ name }): Lines => [
    'AuthType Basic',
    `AuthName ${name}`,
    `AuthnzFcgiCheckAuthnProvider ${name} Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:REMOTE_USER}"`,
    'Require valid-user',
  ],
};

/** Sockets need a host of their own: Apache shares connections between those of the same URL. */
function targets({ listen, name }: Site): string[] {
  return listen.map((address, place) =>
    address.kind === 'unix'
      ? `unix:${address.path}|fcgi://${name}${listen.length > 1 ? `-${place + 1}` : ''}`
      : `fcgi://${hostPort(address)}`,
  );
}

/** Answers as they come; connections that are kept are closed before the application does it, after 75 s. */
function connection({ keepAlive, timeouts }: Site): string {
  const kept = keepAlive ? `enablereuse=on ttl=${timeouts.idle}` : 'enablereuse=off';
  return `connectiontimeout=${timeouts.connect} timeout=${timeouts.response} ${kept} flushpackets=on`;
}

function authorizerUrl({ listen }: Site): string {
  const [address, ...others] = listen;
  if (address === undefined || address.kind === 'unix' || others.length > 0) {
    throw new ConfigError('authorizer', 'mod_authnz_fcgi asks one application, and on TCP only');
  }
  return `fcgi://${hostPort(address)}/`;
}
