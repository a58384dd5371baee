import type { Address } from './address.ts';
import { ConfigError } from './errors.ts';
import { noBalancing } from './no-balancing.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteLighttpd, quoteRegex } from './quote.ts';
import { IMMUTABLE, onlyAddress, readSite, type Site } from './site.ts';
import { file, flatten, indent, type Lines } from './text.ts';
import { UPGRADE_SILENCE, WEBSOCKET } from './upgrades.ts';

const refusals = {
  ...noBalancing('lighttpd'),
  'app.folder': 'lighttpd starts programs in their own folder',
  'app.group': 'lighttpd starts programs as the group it runs as itself',
  'app.user': 'lighttpd starts programs as the user it runs as itself',
  bind: 'lighttpd has server.port and server.bind in its main configuration',
  keepAlive: 'lighttpd opens a connection for each request',
  'timeouts.idle': 'lighttpd keeps no connections',
} satisfies Refusals;

/**
 * A file for lighttpd's `conf-enabled`: where the application is, or how lighttpd starts it.
 *
 * Answers are passed on as they come. Uploads are collected first: lighttpd refuses chunked ones with 411 when it
 * streams them.
 *
 * @param options where the application is or what program it is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond lighttpd
 */
export function lighttpdConfig(options: WebServerOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals);
  const { authorizer, mount, serverNames, statics } = site;
  if (authorizer !== undefined && site.upgrades.length > 0) {
    throw new ConfigError(
      'upgradeSocket',
      'lighttpd would pass WebSockets on without asking the authorizer; let the application check them, and leave out "authorizer"',
    );
  }
  const modules = [
    'mod_fastcgi',
    ...(statics.length > 0 ? ['mod_alias'] : []),
    ...(statics.some(({ immutable }) => immutable) || site.upgrades.length > 0 ? ['mod_setenv'] : []),
    ...(site.upgrades.length > 0 ? ['mod_proxy'] : []),
  ];
  const hosts = serverNames.map(quoteRegex).join('|');
  const application = [
    settings(site),
    '',
    statics.map(
      ({ folder, prefix }) =>
        `alias.url += ( ${quoteLighttpd('static.prefix', `${prefix}/`)} => ${quoteLighttpd('static.folder', `${folder}/`)} )`,
    ),
    statics
      .filter(({ immutable }) => immutable)
      .map(({ prefix }) =>
        condition(
          `$HTTP["url"] =~ "^${quoteRegex(`${prefix}/`)}"`,
          `setenv.set-response-header = ( "Cache-Control" => "${IMMUTABLE}" )`,
        ),
      ),
    statics.length === 0
      ? servers(site, true)
      : [
          authorizer !== undefined && servers(site, false),
          condition(
            `$HTTP["url"] !~ "^(?:${statics.map(({ prefix }) => quoteRegex(`${prefix}/`)).join('|')})"`,
            servers(site, true),
          ),
        ],
  ];
  return file(
    '# Leave out modules that another file loads.',
    `server.modules += ( ${modules.map((name) => `"${name}"`).join(', ')} )`,
    '',
    condition(
      serverNames.length > 0 && `$HTTP["host"] =~ "^(?:${hosts})(?::[0-9]+)?$"`,
      mount !== '' && [
        '# "fastcgi.server" alone would take every URL that begins like this, /…x too.',
        `# The prefix without a slash looks like a page at the root: createServer({ mount: '${mount}' }).`,
      ],
      condition(
        `$HTTP["url"] =~ "^${mount === '' ? '/' : `${quoteRegex(mount)}(?:/|$)`}"`,
        site.upgrades.length === 0
          ? application
          : [
              '# WebSockets have a socket of their own: FastCGI carries no upgrades. All else is a request.',
              condition(`$REQUEST_HEADER["Upgrade"] =~ "(?i)${WEBSOCKET}"`, upgrades(site)),
              condition(`$REQUEST_HEADER["Upgrade"] !~ "(?i)${WEBSOCKET}"`, application),
            ],
      ),
    ),
  );
}

function condition(test: string | false, ...lines: Lines[]): Lines {
  return test === false ? lines : [`${test} {`, indent(...lines), '}'];
}

function settings({ maxBodySize, timeouts }: Site): Lines {
  return [
    maxBodySize !== undefined && [
      '# In KB.',
      `server.max-request-size = ${Math.max(1, Math.ceil(maxBodySize / 1024))}`,
    ],
    `server.max-read-idle = ${timeouts.upload}`,
    '# Answers as they come. Not so server.stream-request-body: it refuses chunked uploads.',
    'server.stream-response-body = 1',
  ];
}

function upgrades({ mount, timeouts, upgrades: addresses }: Site): Lines {
  const entries = addresses.map((address) => [
    '(',
    indent(
      address.kind === 'unix'
        ? `"socket" => "${address.path}",`
        : [`"host" => "${address.host}",`, `"port" => ${address.port},`],
      `"connect-timeout" => ${timeouts.connect},`,
      '# A WebSocket may be silent for so long.',
      `"read-timeout" => ${UPGRADE_SILENCE},`,
      `"write-timeout" => ${UPGRADE_SILENCE}`,
    ),
    ')',
  ]);
  return [
    '# The application believes this, and X-Forwarded-For and X-Forwarded-Proto, which lighttpd sets. Empty is without.',
    `setenv.set-request-header = ( "X-Forwarded-Prefix" => ${quoteLighttpd('mount', mount)} )`,
    'proxy.header = ( "upgrade" => "enable" )',
    'server.stream-request-body = 2',
    'server.stream-response-body = 2',
    `server.max-read-idle = ${UPGRADE_SILENCE}`,
    `server.max-write-idle = ${UPGRADE_SILENCE}`,
    'proxy.server = ( "" => (',
    indent(withCommas(entries)),
    ') )',
  ];
}

/** Files are protected as well, and so the authorizer stands outside of what excepts them. */
function servers(site: Site, hasResponder: boolean): Lines {
  const { authorizer, mount } = site;
  const entries: Lines[] = [];
  if (authorizer !== undefined) {
    if (authorizer === mount) {
      throw new ConfigError(
        'authorizer',
        'lighttpd has one entry for each prefix; protect a longer one than "mount"',
      );
    }
    entries.push(entry(authorizer, site, askedSocket(site), '"mode" => "authorizer",', CHECK_NO_FILE));
  }
  if (hasResponder) {
    const fix = mount === '' && '"fix-root-scriptname" => "enable",';
    entries.push(
      entry(mount, site, targets(site), start(site), fix, '# Its URLs are not files.', CHECK_NO_FILE),
    );
  }
  return ['fastcgi.server = (', indent(withCommas(entries)), ')'];
}

const CHECK_NO_FILE = '"check-local" => "disable"';

/** Each target is a list of its own; lighttpd takes the one with the least to do. */
function entry(prefix: string, { timeouts }: Site, to: readonly Address[], ...more: Lines[]): Lines {
  const backends = to.map((target) => [
    '(',
    indent(
      target.kind === 'unix'
        ? `"socket" => "${target.path}",`
        : [`"host" => "${target.host}",`, `"port" => ${target.port},`],
      `"connect-timeout" => ${timeouts.connect},`,
      `"read-timeout" => ${timeouts.response},`,
      `"write-timeout" => ${timeouts.response},`,
      more,
    ),
    ')',
  ]);
  return [`"${prefix === '' ? '/' : prefix}" => (`, indent(withCommas(backends)), ')'];
}

function targets(site: Site): readonly Address[] {
  return site.app === undefined ? site.listen : [{ kind: 'unix', path: startedSocket(site) }];
}

/** A program is started once, for the responder; its first process is the authorizer, too. */
function askedSocket(site: Site): readonly Address[] {
  return site.app === undefined ? site.listen : [{ kind: 'unix', path: `${startedSocket(site)}-0` }];
}

function startedSocket(site: Site): string {
  const address = onlyAddress(site, 'lighttpd starts programs on one socket');
  if (address?.kind === 'tcp') {
    throw new ConfigError(
      'listen',
      'lighttpd starts programs on a Unix socket, as several cannot share a port',
    );
  }
  return address?.path ?? `/run/lighttpd/${site.name}.sock`;
}

function start({ app, processes }: Site): Lines {
  if (app === undefined) return undefined;
  const words = [app.program, ...app.arguments];
  if (words.some((word) => /\s/.test(word) || word === '')) {
    throw new ConfigError(
      'app',
      'lighttpd cuts a command at every blank, and knows no quotes; use a symbolic link',
    );
  }
  const variables = app.environment.map(
    ([name, value]) => `"${name}" => ${quoteLighttpd(`app.environment.${name}`, value)}`,
  );
  return [
    `"bin-path" => ${quoteLighttpd('app', words.join(' '))},`,
    '# 4 unless it is set. The sockets of the processes end in -0, -1 and so on.',
    `"max-procs" => ${processes ?? 1},`,
    variables.length > 0 && ['"bin-environment" => (', indent(withCommas(variables)), '),'],
  ];
}

/** One after each but the last. */
function withCommas(items: readonly Lines[]): Lines {
  return items.map((item, place) => {
    const lines = flatten(item);
    return place === items.length - 1 ? lines : [...lines.slice(0, -1), `${lines.at(-1)},`];
  });
}
