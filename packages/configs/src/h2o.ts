import { hostPort } from './address.ts';
import type { Application } from './application.ts';
import { checkPrefix } from './checks.ts';
import { ConfigError } from './errors.ts';
import { noBalancing } from './no-balancing.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteShell, quoteYaml } from './quote.ts';
import { IMMUTABLE, NO_BODY_LIMIT, onlyAddress, readSite, type Site } from './site.ts';
import { file, indent, type Lines } from './text.ts';
import { onlyUpgradeAddress, UPGRADE_SILENCE } from './upgrades.ts';

const refusals = {
  ...noBalancing('h2o'),
  'app.group': 'h2o starts programs as a user with its groups',
  authorizer: 'h2o knows no FastCGI authorizers',
  'timeouts.connect': 'h2o has one time-out for connecting and for answers; set "timeouts.response"',
  'timeouts.upload': 'h2o has it for the whole server only: http1-request-timeout',
} satisfies Refusals;

/** What `h2oConfig` takes beside the options of every web server. */
export interface H2oOptions extends WebServerOptions {
  /**
   * The URLs of WebSockets begin with `mount` and this, and all of them go to `upgradeSocket`: h2o chooses by the URL alone. Needed
   * with `upgradeSocket`, for example `/ws`.
   */
  readonly upgradePath?: string | undefined;
}

/**
 * `listen` and `hosts` for the configuration of h2o.
 *
 * h2o does not tell an application below which prefix it is: the application says it itself, with the option `mount` of
 * `createServer()`.
 *
 * @param options where the application is or what program it is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond h2o
 */
export function h2oConfig(options: H2oOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals, ['upgradePath']);
  const upgraded = upgrades(site, options.upgradePath);
  if ((site.processes ?? 1) > 1) throw new ConfigError('processes', 'h2o starts one process for each path');
  const { bind, maxBodySize, mount, serverNames, statics } = site;
  return file(
    'listen:',
    indent(bind?.host !== undefined && `host: "${bind.host}"`, `port: ${bind?.port ?? 80}`),
    `limit-request-body: ${maxBodySize ?? NO_BODY_LIMIT}`,
    'hosts:',
    indent(
      (serverNames.length > 0 ? serverNames : ['default']).map((host) => [
        `"${host}":`,
        indent(
          'paths:',
          indent(
            statics.map(({ folder, immutable, prefix }) => [
              `${quoteYaml('static.prefix', `${prefix}/`)}:`,
              indent(
                `file.dir: ${quoteYaml('static.folder', `${folder}/`)}`,
                immutable && `header.set: "Cache-Control: ${IMMUTABLE}"`,
              ),
            ]),
            upgraded,
            `${quoteYaml('mount', mount === '' ? '/' : mount)}:`,
            indent(
              mount !== '' && `# h2o does not pass the prefix on: createServer({ mount: '${mount}' })`,
              application(site),
            ),
          ),
        ),
      ]),
    ),
  );
}

function upgrades(site: Site, path: string | undefined): Lines {
  const address = onlyUpgradeAddress(site, 'h2o knows one address for each path');
  if (address === undefined) {
    if (path !== undefined)
      throw new ConfigError('upgradePath', 'must come beside "upgradeSocket", where its URLs go');
    return undefined;
  }
  const below = checkPrefix('upgradePath', path ?? '/');
  if (below === '') {
    throw new ConfigError(
      path === undefined ? 'upgradeSocket' : 'upgradePath',
      'h2o chooses by the URL alone: say with "upgradePath" which URLs are those of WebSockets, for example /ws',
    );
  }
  const { mount } = site;
  const prefix = mount + below;
  const authority = address.kind === 'unix' ? `[unix:${address.path}]` : hostPort(address);
  return [
    '# WebSockets have a socket of their own: FastCGI carries no upgrades. h2o chooses by the URL alone.',
    `${quoteYaml('upgradePath', prefix)}:`,
    indent(
      `proxy.reverse.url: ${quoteYaml('upgradePath', `http://${authority}${encodeURI(prefix)}`)}`,
      'proxy.preserve-host: ON',
      'proxy.websocket: ON',
      '# A WebSocket may be silent for so long, in milliseconds.',
      `proxy.websocket.timeout: ${UPGRADE_SILENCE * 1_000}`,
      `# h2o passes X-Forwarded-Prefix of a browser on: fcgi run --mount ${mount === '' ? '/' : mount} overrides it.`,
    ),
  ];
}

function application(site: Site): Lines {
  const { keepAlive, timeouts } = site;
  return [
    target(site),
    `fastcgi.timeout.io: ${timeouts.response * 1_000}`,
    keepAlive && [
      '# The application closes idle connections after 75 s, so h2o has to be first.',
      `fastcgi.timeout.keepalive: ${timeouts.idle * 1_000}`,
    ],
  ];
}

function target(site: Site): Lines {
  const address = onlyAddress(
    site,
    'h2o knows one address for each path; put HAProxy or nginx before several',
  );
  if (site.app !== undefined) {
    if (address !== undefined)
      throw new ConfigError('listen', 'h2o chooses the socket of what it starts itself');
    return [
      '# Not started again when it ends: h2o lets requests hang then. For production let systemd start it.',
      'fastcgi.spawn:',
      indent(
        `command: ${quoteYaml('app', command(site.app))}`,
        site.app.user !== undefined && `user: ${site.app.user}`,
      ),
    ];
  }
  if (address === undefined) return undefined;
  return address.kind === 'unix'
    ? ['fastcgi.connect:', indent('type: unix', `port: ${quoteYaml('listen', address.path)}`)]
    : ['fastcgi.connect:', indent('type: tcp', `host: "${address.host}"`, `port: ${address.port}`)];
}

/** `exec`, so that h2o's SIGTERM reaches the program and not a shell. */
function command({ arguments: words, environment, folder, program }: Application): string {
  const variables = environment.map(
    ([name, value]) => `${name}=${quoteShell(`app.environment.${name}`, value)}`,
  );
  const start = [program, ...words].map((word) => quoteShell('app', word)).join(' ');
  const run = variables.length > 0 ? `exec env ${variables.join(' ')} ${start}` : `exec ${start}`;
  return folder === undefined ? run : `cd ${quoteShell('app.folder', folder)} && ${run}`;
}
