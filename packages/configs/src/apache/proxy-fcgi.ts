import { hostPort } from '../address.ts';
import { ConfigError } from '../errors.ts';
import { quoteApache } from '../quote.ts';
import type { Site } from '../site.ts';
import { indent, type Lines } from '../text.ts';
import type { ApacheModule } from './module.ts';

/** mod_proxy_fcgi: connects to an application that listens. */
export const proxyFcgi = {
  refusals: {
    app: 'mod_proxy_fcgi starts no programs; use module "fcgid", or say with "listen" where the application listens',
    'healthCheck.path':
      'mod_proxy_hcheck sends no requests over FastCGI; without a path it opens a connection',
    htaccess: 'a .htaccess cannot name the address of an application for mod_proxy_fcgi; use module "fcgid"',
    multiplex: 'mod_proxy_fcgi sends one request at a time on each connection',
    processes: 'mod_proxy_fcgi starts no programs',
    slowStart: 'mod_proxy_balancer gives an application its full share at once',
  },
  handler: undefined,
  modules: (site) => [
    'proxy',
    'proxy_fcgi',
    ...(hasBalancer(site) ? ['proxy_balancer', 'slotmem_shm', 'lbmethod_bybusyness'] : []),
    ...(site.healthCheck === undefined ? [] : ['proxy_hcheck']),
    ...(site.authorizer === undefined ? [] : ['authn_core', 'authnz_fcgi', 'authz_user']),
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
    return [
      '# No proxy for others.',
      'ProxyRequests Off',
      statics.map(({ prefix }) => `ProxyPass ${quoteApache('static.prefix', `${prefix}/`)} "!"`),
      hasBalancer(site)
        ? [balancer(site), `ProxyPass ${from} "balancer://${name}${end}"`]
        : `ProxyPass ${from} "${targets(site)[0]}${end}" ${connection(site)}`,
    ];
  },
  authorizing: ({ name }): Lines => [
    'AuthType Basic',
    `AuthName ${name}`,
    `AuthnzFcgiCheckAuthnProvider ${name} Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:REMOTE_USER}"`,
    'Require valid-user',
  ],
} satisfies ApacheModule;

/** Which alone keeps applications in reserve, and asks whether they are there. */
function hasBalancer({ backups, healthCheck, listen }: Site): boolean {
  return listen.length + backups.length > 1 || healthCheck !== undefined;
}

function balancer(site: Site): Lines {
  const { backups, healthCheck, listen, name } = site;
  const check =
    healthCheck === undefined ? '' : ` hcmethod=TCP hcinterval=${healthCheck.interval} hcfails=2 hcpasses=3`;
  return [
    `<Proxy "balancer://${name}">`,
    indent(
      '# One that cannot be reached is left alone for 10 s.',
      targets(site).map((target, place) => {
        const standby = place < listen.length ? '' : ' status=+H';
        return `BalancerMember "${target}" ${connection(site)} retry=10${standby}${check}`;
      }),
      backups.length > 0 && '# H: in reserve.',
      'ProxySet lbmethod=bybusyness',
    ),
    '</Proxy>',
  ];
}

/** Sockets need a host of their own: Apache shares connections between those of the same URL. */
function targets({ backups, listen, name }: Site): string[] {
  const all = [...listen, ...backups];
  return all.map((address, place) =>
    address.kind === 'unix'
      ? `unix:${address.path}|fcgi://${name}${all.length > 1 ? `-${place + 1}` : ''}`
      : `fcgi://${hostPort(address)}`,
  );
}

/** Answers as they come; connections that are kept are closed before the application does it, after 75 s. */
function connection({ keepAlive, timeouts }: Site): string {
  const kept = keepAlive ? `enablereuse=on ttl=${timeouts.idle}` : 'enablereuse=off';
  return `connectiontimeout=${timeouts.connect} timeout=${timeouts.response} ${kept} flushpackets=on`;
}

function authorizerUrl({ backups, listen }: Site): string {
  const [address, ...others] = [...listen, ...backups];
  if (address === undefined || address.kind === 'unix' || others.length > 0) {
    throw new ConfigError('authorizer', 'mod_authnz_fcgi asks one application, and on TCP only');
  }
  return `fcgi://${hostPort(address)}/`;
}
