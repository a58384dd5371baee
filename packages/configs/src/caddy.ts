import { type Address, hostPort } from './address.ts';
import { checkSize } from './checks.ts';
import { ConfigError } from './errors.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteCaddy, quoteRegex } from './quote.ts';
import { IMMUTABLE, readSite, type Site } from './site.ts';
import { file, indent, type Lines } from './text.ts';
import { WEBSOCKET } from './upgrades.ts';

const refusals = {
  app: 'Caddy starts no programs; let systemd, supervisor or fcgi run do it, and say with "listen" where it listens',
  authorizer: 'Caddy knows no FastCGI authorizers; ask a responder with forward_auth instead',
  healthCheck:
    'Caddy 2.6 cannot ask over FastCGI ("active health check panicked"), so write health_uri yourself for a newer one: without it Caddy leaves an application alone for 10 s that could not be reached twice',
  keepAlive: 'Caddy opens a connection for each request',
  multiplex: 'Caddy sends one request on each connection',
  processes: 'Caddy starts no programs',
  slowStart: 'Caddy gives an application its full share at once',
  'timeouts.idle': 'Caddy keeps no connections',
  'timeouts.response':
    'Caddy counts read_timeout from the beginning of the request, and would cut off long answers and event streams',
  'timeouts.upload': 'Caddy has it in its global options only: servers { timeouts { read_body } }',
} satisfies Refusals;

/** What `caddyConfig` takes beside the options of every web server. */
export interface CaddyOptions extends WebServerOptions {
  /**
   * Bytes that Caddy collects in memory of a body of unknown length (chunked, HTTP/2, HTTP/3) to find its length. Caddy
   * 2.9 and later answer 411 to a longer one. 0 leaves all of it out, for Caddy before 2.6.4, which does not know
   * `request_buffers` and does not need it: Debian 12 and 13 have 2.6.2.
   *
   * @defaultValue 16 MiB, or `maxBodySize` where that is less
   */
  readonly requestBuffers?: number | undefined;
}

const DEFAULT_BUFFERS = 2 ** 24;

/**
 * A site for Caddy, a Caddyfile or a part of one.
 *
 * With `serverName` and no `bind` it serves HTTPS with a certificate that it gets itself, otherwise HTTP.
 *
 * @param options where the application is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond Caddy
 */
export function caddyConfig(options: CaddyOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals, ['requestBuffers']);
  const buffers = readBuffers(options, site);
  const { maxBodySize, mount, name, statics } = site;
  const matcher = mount === '' ? '' : ` @${name}`;
  return file(
    `${siteAddresses(site)} {`,
    indent(
      site.bind?.host !== undefined && `bind ${site.bind.host}`,
      maxBodySize !== undefined && ['request_body {', indent(`max_size ${maxBodySize}`), '}'],
      '',
      statics.map(({ folder, immutable, prefix }) => [
        `handle_path ${quoteCaddy('static.prefix', `${prefix}/*`)} {`,
        indent(
          `root * ${quoteCaddy('static.folder', folder)}`,
          immutable && `header Cache-Control "${IMMUTABLE}"`,
          'file_server',
        ),
        '}',
      ]),
      mount !== '' && [
        '# handle_path /…* would take /…x as well, and capitals for small letters.',
        `@${name} path_regexp ${quoteCaddy('mount', `^${quoteRegex(mount)}(/|$)`)}`,
      ],
      upgrades(site),
      `handle${matcher} {`,
      indent(mount !== '' && `uri strip_prefix ${quoteCaddy('mount', mount)}`, proxies(site, buffers)),
      '}',
      mount !== '' && ['# All that is not the application.', 'handle {', '    respond 404', '}'],
    ),
    '}',
  );
}

/** Before the prefix is taken off, which a header says here. */
function upgrades({ mount, name, timeouts, upgrades: addresses }: Site): Lines {
  if (addresses.length === 0) return undefined;
  return [
    '# WebSockets have a socket of their own: FastCGI carries no upgrades. All else is a request.',
    `@${name}_upgrade {`,
    indent(
      `header_regexp Upgrade ${quoteCaddy('upgradeSocket', `(?i)${WEBSOCKET}`)}`,
      mount !== '' && `path_regexp ${quoteCaddy('mount', `^${quoteRegex(mount)}(/|$)`)}`,
    ),
    '}',
    `handle @${name}_upgrade {`,
    indent(
      `reverse_proxy ${targetsOf(addresses)} {`,
      indent(
        '# The application believes this, and X-Forwarded-For and X-Forwarded-Proto, which Caddy sets.',
        mount === ''
          ? 'header_up -X-Forwarded-Prefix'
          : `header_up X-Forwarded-Prefix ${quoteCaddy('mount', mount)}`,
        'transport http {',
        indent(`dial_timeout ${timeouts.connect}s`),
        '}',
      ),
      '}',
    ),
    '}',
  ];
}

function targetsOf(addresses: readonly Address[]): string {
  const all = addresses.map((address) =>
    address.kind === 'unix' ? `unix/${address.path}` : hostPort(address),
  );
  return all.join(' ');
}

function siteAddresses({ bind, serverNames }: Site): string {
  if (bind === undefined) return serverNames.length > 0 ? serverNames.join(', ') : ':80';
  if (serverNames.length === 0) return `http://:${bind.port}`;
  return serverNames.map((name) => `http://${name}:${bind.port}`).join(', ');
}

/** 0 for none. */
function readBuffers({ requestBuffers }: CaddyOptions, { maxBodySize }: Site): number {
  if (requestBuffers === 0) return 0;
  if (requestBuffers === undefined) return Math.min(DEFAULT_BUFFERS, maxBodySize ?? DEFAULT_BUFFERS);
  const size = checkSize('requestBuffers', requestBuffers);
  if (size !== undefined) return size;
  throw new ConfigError('requestBuffers', 'must be finite: whatever a browser sends would fill the memory');
}

/** A proxy for all, and one before it for bodies whose length Caddy has to find. */
function proxies(site: Site, buffers: number): Lines {
  if (buffers === 0) return proxy(site, '', []);
  const matcher = `@${site.name}_unknown_length`;
  return [
    '# FastCGI wants the length of a body: Caddy 2.9 and later answer 411 to one of unknown length (chunked, HTTP/2,',
    '# HTTP/3) that they cannot collect in memory. Caddy before 2.6.4 does not know request_buffers, and needs nothing',
    '# of this: leave out all down to the next proxy.',
    `${matcher} {`,
    indent('not header Content-Length *', 'not method GET HEAD'),
    '}',
    proxy(site, ` ${matcher}`, [`request_buffers ${buffers}`]),
    proxy(site, '', []),
  ];
}

function proxy({ backups, listen, mount, timeouts }: Site, matcher: string, own: Lines): Lines {
  if (backups.length > 0 && listen.length > 1) {
    throw new ConfigError(
      'backups',
      'Caddy shares the load among all applications, or asks them in order: with "backups" there is one address in "listen"',
    );
  }
  const targets = [...listen, ...backups];
  return [
    `reverse_proxy${matcher} ${targetsOf(targets)} {`,
    indent(
      own,
      'transport fastcgi {',
      indent(
        `dial_timeout ${timeouts.connect}s`,
        mount !== '' && `env SCRIPT_NAME ${quoteCaddy('mount', mount)}`,
        '# No read_timeout: it counts from the beginning of the request, and would end event streams.',
      ),
      '}',
      '# Answers as they come.',
      'flush_interval -1',
      '# A header named Proxy must not look like a variable of the environment.',
      'header_up -Proxy',
      targets.length > 1 && [
        '# One that cannot be reached is left alone for 10 s, and another one asked; so it is for a GET without an answer.',
        `lb_policy ${backups.length > 0 ? 'first' : 'least_conn'}`,
        `lb_try_duration ${timeouts.connect * targets.length}s`,
        'fail_duration 10s',
        'max_fails 2',
      ],
    ),
    '}',
  ];
}
