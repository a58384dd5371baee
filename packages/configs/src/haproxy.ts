import { ConfigError } from './errors.ts';
import { haproxyServers, haproxyTarget } from './haproxy-servers.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteHaproxy, quoteRegex } from './quote.ts';
import { formatBind, readSite, type Site } from './site.ts';
import { file, indent, type Lines } from './text.ts';
import { UPGRADE_SILENCE } from './upgrades.ts';

const refusals = {
  app: 'HAProxy starts no programs; let systemd, supervisor or fcgi run do it, and say with "listen" where it listens',
  authorizer: 'HAProxy knows no FastCGI authorizers',
  processes: 'HAProxy starts no programs',
  static: 'HAProxy serves no files; let the application or another web server do it',
  'timeouts.idle': 'HAProxy drops connections that it does not need one by one, with pool-purge-delay',
} satisfies Refusals;

/**
 * A frontend, a backend and a `fcgi-app` for HAProxy. The frontend has the name `NAME_http`, the others `NAME`.
 *
 * @param options where the application is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond HAProxy
 */
export function haproxyConfig(options: WebServerOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals);
  const { keepAlive, mount, multiplex, name } = site;
  if (multiplex && !keepAlive) throw new ConfigError('multiplex', 'needs connections that are kept');
  return file(
    '# Another name than that of the backend: HAProxy 3.3 and later refuse two sections of one name.',
    `frontend ${name}_http`,
    indent(frontend(site)),
    '',
    `backend ${name}`,
    indent(
      'mode http',
      `timeout connect ${site.timeouts.connect}s`,
      `timeout server ${site.timeouts.response}s`,
      '# HAProxy does not pass the header on, and passes the user name in it as REMOTE_USER without checking the password.',
      'http-request set-var(txn.authorization) req.hdr(authorization)',
      'http-request del-header authorization',
      `use-fcgi-app ${name}`,
      keepAlive && `http-reuse ${multiplex ? 'always' : 'safe'}`,
      haproxyServers(site),
    ),
    '',
    upgrades(site),
    '',
    `fcgi-app ${name}`,
    indent(
      '# What the application says on stderr goes to the log of section "global".',
      'log-stderr global',
      '# HAProxy wants one; nothing is served from it.',
      'docroot /',
      mount !== '' &&
        `# The prefix without a slash looks like a page at the root: createServer({ mount: '${mount}' }).`,
      `path-info ${quoteHaproxy('mount', mount === '' ? '^()(/.*)$' : `^(${quoteRegex(mount)})(/.*)?$`)}`,
      'set-param HTTP_AUTHORIZATION %[var(txn.authorization)] if { var(txn.authorization) -m found }',
      !keepAlive && 'no option keep-conn',
      multiplex && [
        '# As many requests at a time as the application says. HAProxy before 3.2 answers 500 to some simultaneous',
        '# uploads then.',
        'option get-values',
        'option mpxs-conns',
      ],
    ),
  );
}

function upgrades({ mount, name, timeouts, upgrades: addresses }: Site): Lines {
  if (addresses.length === 0) return undefined;
  return [
    `backend ${name}_upgrade`,
    indent(
      'mode http',
      `timeout connect ${timeouts.connect}s`,
      `timeout server ${timeouts.response}s`,
      '# A WebSocket may be silent for so long.',
      `timeout tunnel ${UPGRADE_SILENCE}s`,
      '# The application believes these three: HAProxy appends to the first and replaces the others.',
      'option forwardfor',
      'http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]',
      mount === ''
        ? 'http-request del-header X-Forwarded-Prefix'
        : `http-request set-header X-Forwarded-Prefix ${quoteHaproxy('mount', mount)}`,
      addresses.map((address, place) => `server upgrade${place + 1} ${haproxyTarget(address)}`),
    ),
  ];
}

function frontend({ bind, maxBodySize, mount, name, serverNames, timeouts, upgrades }: Site): Lines {
  const isOurs = [
    serverNames.length > 0 && `{ req.hdr(host),field(1,:) -i ${serverNames.join(' ')} }`,
    mount !== '' && `{ path -m reg ${quoteHaproxy('mount', `^${quoteRegex(mount)}(/|$)`)} }`,
  ].filter((test) => test !== false);
  return [
    'mode http',
    bind === undefined
      ? 'bind :80,[::]:80 v6only'
      : `bind ${bind.host === undefined ? ':' : ''}${formatBind(bind)}`,
    `timeout client ${timeouts.upload}s`,
    maxBodySize !== undefined &&
      `http-request return status 413 if { req.hdr_val(content-length) gt ${maxBodySize} }`,
    isOurs.length > 0 && [
      '# All that is not the application.',
      `http-request return status 404 unless ${isOurs.join(' ')}`,
    ],
    upgrades.length > 0 && [
      '# WebSockets have a socket of their own: FastCGI carries no upgrades. All else is a request.',
      `use_backend ${name}_upgrade if { req.hdr(upgrade) -i websocket }`,
    ],
    `default_backend ${name}`,
  ];
}
