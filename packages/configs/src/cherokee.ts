import { formatAddress } from './address.ts';
import type { Application } from './application.ts';
import { ConfigError } from './errors.ts';
import { noBalancing } from './no-balancing.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteCherokee, quoteShell } from './quote.ts';
import { readSite, type Site } from './site.ts';
import { file, type Lines } from './text.ts';

const refusals = {
  ...noBalancing('Cherokee'),
  'app.folder': 'Cherokee starts programs in the folder it was started in itself',
  'app.group': 'Cherokee starts programs as a user with its groups',
  authorizer: 'Cherokee knows no FastCGI authorizers',
  keepAlive: 'Cherokee opens a connection for each request',
  maxBodySize: 'Cherokee has no limit for each site; let the application have one, with limits.bodyBytes',
  processes: 'Cherokee starts one process; let fcgi run start several on one socket',
  'timeouts.connect': 'Cherokee has one time-out: set "timeouts.response"',
  'timeouts.idle': 'Cherokee keeps no connections',
  'timeouts.upload': 'Cherokee has one time-out: set "timeouts.response"',
  upgradeSocket: 'Cherokee passes no upgrades on',
} satisfies Refusals;

/**
 * Sources and a virtual server for `cherokee.conf`. With `serverName` it is `vserver!20`, or else `vserver!1`, which
 * answers for all hosts.
 *
 * With `app`, `listen` is the socket that the program opens itself: Cherokee passes none on. It appends the address to
 * the arguments.
 *
 * @param options where the application is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond Cherokee
 */
export function cherokeeConfig(options: WebServerOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals);
  const { bind, name, serverNames } = site;
  const server = serverNames.length > 0 ? 'vserver!20' : 'vserver!1';
  return file(
    bind !== undefined && [
      bind.host !== undefined && `server!bind!1!interface = ${bind.host}`,
      `server!bind!1!port = ${bind.port}`,
    ],
    `server!timeout = ${site.timeouts.response}`,
    '',
    sources(site),
    '',
    `${server}!nick = ${serverNames.length > 0 ? name : 'default'}`,
    '# Wanted for every server; nothing is served from it.',
    `${server}!document_root = /var/empty`,
    serverNames.length > 0 && [
      `${server}!match = wildcard`,
      serverNames.map((host, place) => `${server}!match!domain!${place + 1} = ${host}`),
    ],
    '# The rule with the highest number comes first.',
    site.statics.map(({ folder, immutable, prefix }, place) => {
      const rule = `${server}!rule!${100 + place * 10}`;
      return [
        `${rule}!match = directory`,
        `${rule}!match!directory = ${quoteCherokee('static.prefix', prefix)}`,
        `${rule}!handler = file`,
        `${rule}!document_root = ${quoteCherokee('static.folder', folder)}`,
        immutable && [`${rule}!expiration = max`, `${rule}!expiration!caching = public`],
      ];
    }),
    applicationRules(site, server),
  );
}

function sources({ app, listen }: Site): Lines {
  if (app !== undefined && listen.length !== 1) {
    throw new ConfigError(
      'listen',
      'Cherokee passes no socket on; say where the program that it starts listens',
    );
  }
  return listen.map((address, place) => {
    const source = `source!${place + 1}`;
    const host = formatAddress(address).replace(/^unix:/, '');
    return [
      `${source}!nick = app ${place + 1}`,
      `${source}!type = ${app === undefined ? 'host' : 'interpreter'}`,
      `${source}!host = ${host}`,
      app !== undefined && interpreter(source, app, formatAddress(address)),
    ];
  });
}

function interpreter(source: string, app: Application, address: string): Lines {
  const { arguments: words, environment, program, user } = app;
  const command = [program, ...words, address].map((word) => quoteShell('app', word)).join(' ');
  return [
    `${source}!interpreter = ${quoteCherokee('app', command)}`,
    user !== undefined && `${source}!user = ${user}`,
    '# It gets no environment but this.',
    environment.map(
      ([name, value]) => `${source}!env!${name} = ${quoteCherokee(`app.environment.${name}`, value)}`,
    ),
  ];
}

function applicationRules({ listen, mount }: Site, server: string): Lines {
  const handler = (rule: string) => [
    `${rule}!handler = fcgi`,
    '# Its URLs are not files, and its pages for errors are its own.',
    `${rule}!handler!check_file = 0`,
    `${rule}!handler!error_handler = 1`,
    `${rule}!handler!balancer = round_robin`,
    listen.map((_address, place) => `${rule}!handler!balancer!source!${place + 1} = ${place + 1}`),
  ];
  if (mount === '') return [`${server}!rule!1!match = default`, handler(`${server}!rule!1`)];
  return [
    `${server}!rule!10!match = directory`,
    `${server}!rule!10!match!directory = ${mount}`,
    handler(`${server}!rule!10`),
    '# All that is not the application.',
    `${server}!rule!1!match = default`,
    `${server}!rule!1!handler = custom_error`,
    `${server}!rule!1!handler!error = 404`,
  ];
}
