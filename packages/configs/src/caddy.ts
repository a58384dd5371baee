import { hostPort } from './address.ts';
import { ConfigError } from './errors.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import { quoteCaddy, quoteRegex } from './quote.ts';
import { readSite, type Site } from './site.ts';
import { file, indent, type Lines } from './text.ts';

const refusals: Refusals = {
  app: 'Caddy starts no programs; let systemd, supervisor or fcgi run do it, and say with "listen" where it listens',
  authorizer: 'Caddy knows no FastCGI authorizers; ask a responder with forward_auth instead',
  healthCheck:
    'Caddy cannot ask over FastCGI (2.6 says "active health check panicked"): it leaves an application alone for 10 s that could not be reached twice',
  keepAlive: 'Caddy opens a connection for each request',
  multiplex: 'Caddy sends one request on each connection',
  processes: 'Caddy starts no programs',
  slowStart: 'Caddy gives an application its full share at once',
  'timeouts.idle': 'Caddy keeps no connections',
  'timeouts.response':
    'Caddy counts read_timeout from the beginning of the request, and would cut off long answers and event streams',
  'timeouts.upload': 'Caddy has it in its global options only: servers { timeouts { read_body } }',
};

/**
 * A site for Caddy, a Caddyfile or a part of one.
 *
 * With `serverName` and no `bind` it serves HTTPS with a certificate that it gets itself, otherwise HTTP.
 *
 * @param options where the application is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond Caddy
 */
export function caddyConfig(options: WebServerOptions): string {
  const site = readSite(options, refusals);
  const { maxBodySize, mount, name, statics } = site;
  const matcher = mount === '' ? '' : ` @${name}`;
  return file(
    `${siteAddresses(site)} {`,
    indent(
      site.bind?.host !== undefined && `bind ${site.bind.host}`,
      maxBodySize !== undefined && ['request_body {', indent(`max_size ${maxBodySize}`), '}'],
      '',
      statics.map(({ folder, prefix }) => [
        `handle_path ${quoteCaddy('static.prefix', `${prefix}/*`)} {`,
        indent(`root * ${quoteCaddy('static.folder', folder)}`, 'file_server'),
        '}',
      ]),
      mount !== '' && [
        '# handle_path /…* would take /…x as well, and capitals for small letters.',
        `@${name} path_regexp ${quoteCaddy('mount', `^${quoteRegex(mount)}(/|$)`)}`,
      ],
      `handle${matcher} {`,
      indent(mount !== '' && `uri strip_prefix ${quoteCaddy('mount', mount)}`, proxy(site)),
      '}',
      mount !== '' && ['# All that is not the application.', 'handle {', '    respond 404', '}'],
    ),
    '}',
  );
}

function siteAddresses({ bind, serverNames }: Site): string {
  if (bind === undefined) return serverNames.length > 0 ? serverNames.join(', ') : ':80';
  if (serverNames.length === 0) return `http://:${bind.port}`;
  return serverNames.map((name) => `http://${name}:${bind.port}`).join(', ');
}

function proxy({ backups, listen, mount, timeouts }: Site): Lines {
  if (backups.length > 0 && listen.length > 1) {
    throw new ConfigError(
      'backups',
      'Caddy shares the load among all applications, or asks them in order: with "backups" there is one address in "listen"',
    );
  }
  const targets = [...listen, ...backups].map((address) =>
    address.kind === 'unix' ? `unix/${address.path}` : hostPort(address),
  );
  return [
    `reverse_proxy ${targets.join(' ')} {`,
    indent(
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
